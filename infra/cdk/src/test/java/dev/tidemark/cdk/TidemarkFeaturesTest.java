package dev.tidemark.cdk;

import static dev.tidemark.cdk.Templates.assertSame;
import static dev.tidemark.cdk.Templates.names;
import static dev.tidemark.cdk.Templates.synthesized;
import static dev.tidemark.cdk.Templates.template;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnElement;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;
import software.constructs.Construct;

/** What is synthesized is infra/template.yaml, compared with the file and not with a list of what it holds. */
@NeedsNode
@SuppressWarnings("NullAway.Init") // Before each test; not with the instance, which is made for skipped tests, too.
class TidemarkFeaturesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path CATALOG = Path.of("..", "catalog", "tidemark", "catalog.yaml");
    private static final String STREAM = "shop-events";
    private static final List<String> OF_THE_STREAMS =
            List.of("StreamName", "CreateStream", "StreamShards", "StreamRetentionHours");

    /** What the construct gives when there are no others, and nothing is trained. */
    private static final Map<String, Object> ONE_STREAM = java.util.stream.Stream.concat(
                    IntStream.rangeClosed(2, FeaturesProps.MAX_STREAMS).mapToObj(number -> "Stream" + number),
                    java.util.stream.Stream.of(
                            "ForwardTo", "ForwardFrom", "ForwardFrom2", "ForwardFrom3", "TrainStepArn"))
            .collect(Collectors.toMap(name -> name, name -> ""));

    private static final String CODE = "/Globals/Function/CodeUri";
    private static final String LAYER = "/Resources/Catalog/Properties/ContentUri";
    private static final String TRAIN_CODE = "/Resources/TrainFunction/Properties/CodeUri";
    private static final String TRAIN_STEP = "arn:aws:states:us-east-1:111111111111:stateMachine:train";

    @TempDir
    private Path folder;

    private Path jar;
    private App app;

    @BeforeEach
    void anAppAndAJar() throws IOException {
        app = App.Builder.create().outdir(folder.resolve("cdk.out").toString()).build();
        jar = Files.writeString(folder.resolve("tidemark-functions.jar"), "code");
    }

    @Test
    void everythingOfTheTemplateIsThereAsItIs() throws IOException {
        Stack stack = new Stack(app, "S");
        new TidemarkFeatures(stack, "Features", props());

        assertSame(
                synthesized(stack),
                expected(
                        ONE_STREAM,
                        Map.of(
                                "StreamName",
                                STREAM,
                                "CreateStream",
                                "true",
                                "StreamShards",
                                0,
                                "StreamRetentionHours",
                                24)));
    }

    @Test
    void theFilesAreAssets() throws IOException {
        Stack stack = new Stack(app, "S");
        Path next = Files.writeString(
                folder.resolve("changed.yaml"), Files.readString(CATALOG).replace("30m", "15m"));
        new TidemarkFeatures(stack, "Features", props().withNextCatalog(next));

        ObjectNode template = synthesized(stack);
        app.synth();
        Path layer = asset(template.at(LAYER));

        assertThat(asset(template.at(CODE))).hasContent("code");
        assertThat(layer.resolve("tidemark/catalog.yaml")).hasSameTextualContentAs(CATALOG);
        assertThat(layer.resolve("tidemark/next.yaml")).hasSameTextualContentAs(next);
    }

    /** The definition of the machine too, which the CDK reads as a tree. */
    @Test
    void modelsAreTrainedByTheOtherJar() throws IOException {
        Stack stack = new Stack(app, "S");
        Path learning = Files.writeString(folder.resolve("tidemark-learning.jar"), "training");
        new TidemarkFeatures(
                stack, "Features", props().withLearningJar(learning).withSettings(others("TrainStepArn", TRAIN_STEP)));

        ObjectNode template = synthesized(stack);
        app.synth();

        assertThat(asset(template.at(CODE))).hasContent("code");
        assertThat(asset(template.at(TRAIN_CODE))).hasContent("training");
        assertSame(
                template,
                expected(
                        ONE_STREAM,
                        Map.of(
                                "StreamName",
                                STREAM,
                                "CreateStream",
                                "true",
                                "StreamShards",
                                0,
                                "StreamRetentionHours",
                                24,
                                "TrainStepArn",
                                TRAIN_STEP)));
    }

    @Test
    void withoutTheOtherJarNothingCanBeTrained() throws IOException {
        Stack stack = new Stack(app, "S");
        FeaturesProps training = props().withSettings(others("TrainStepArn", TRAIN_STEP));

        assertRefused(stack, "A", training, "give learningJar");
        assertRefused(stack, "B", training.withLearningJar(folder.resolve("none.jar")), "build it with ./mvnw");
        new TidemarkFeatures(stack, "Features", props());

        ObjectNode template = synthesized(stack);
        assertThat(template.at("/Conditions/Trains").toString())
                .isEqualTo("{\"Fn::Not\":[{\"Fn::Equals\":[\"\",\"\"]}]}");
        assertThat(template.get("Parameters").has("TrainStepArn")).isFalse();
    }

    @Test
    void parametersThatAreGivenAreFixedAndTheOthersStay() throws IOException {
        Stack stack = new Stack(app, "S");
        FeaturesProps.Settings settings = FeaturesProps.Settings.DEFAULTS
                .withBatches(500, 5)
                .withRequests(50, 100)
                .withLogRetentionDays(7)
                .withOthers(Map.of("LogLevel", "WARN"));
        new TidemarkFeatures(
                stack,
                "Features",
                new FeaturesProps(CATALOG, jar, new FeatureStream.Created(STREAM, 4, 24)).withSettings(settings));

        Map<String, Object> values = new TreeMap<>(Map.of("BatchSize", 500, "BatchingWindowSeconds", 5));
        values.putAll(Map.of("ApiRequestsPerSecond", 50, "ApiBurst", 100, "LogRetentionDays", 7, "LogLevel", "WARN"));
        values.putAll(Map.of("StreamName", STREAM, "CreateStream", "true"));
        values.putAll(Map.of("StreamShards", 4, "StreamRetentionHours", 24));
        assertSame(synthesized(stack), expected(ONE_STREAM, values));
    }

    @Test
    void anyParameterOfTheTemplateCanBeFixed() {
        Stack stack = new Stack(app, "S");
        Map<String, String> defaults = new TreeMap<>();
        SamTemplate.packaged()
                .section("Parameters")
                .forEach((name, definition) ->
                        defaults.put(name, String.valueOf(((Map<?, ?>) definition).get("Default"))));
        Map<String, Object> values = SamTemplate.packaged().values(defaults);
        OF_THE_STREAMS.forEach(defaults::remove);
        ONE_STREAM.keySet().forEach(defaults::remove);
        new TidemarkFeatures(
                stack, "Features", props().withSettings(FeaturesProps.Settings.DEFAULTS.withOthers(defaults)));

        assertThat(values).hasSizeGreaterThan(OF_THE_STREAMS.size() + ONE_STREAM.size());
        assertSame(synthesized(stack), expected(values, Map.of()));
    }

    @Test
    void aStreamOfTheAppIsMappedAndNotMade() throws IOException {
        Stack stack = new Stack(app, "S");
        Stream stream = Stream.Builder.create(stack, "Mine")
                .streamName(STREAM)
                .encryption(StreamEncryption.KMS)
                .build();
        TidemarkFeatures features = new TidemarkFeatures(stack, "Features", props(new FeatureStream.Given(stream)));

        ObjectNode template = synthesized(stack);
        assertThat(template.at("/Conditions/CreatesStream").toString())
                .isEqualTo("{\"Fn::Equals\":[\"false\",\"true\"]}");
        String own = stack.getLogicalId(
                (CfnElement) Objects.requireNonNull(stream.getNode().getDefaultChild()));
        assertThat(template.at("/Resources/IngestFunction/DependsOn").toString())
                .contains(own);
        assertThat(template.get("Outputs").toString()).contains(":stream/" + STREAM);
        assertThat(features.stream()).isSameAs(stream);
        template(stack)
                .hasResourceProperties(
                        "AWS::IAM::Policy",
                        Map.of(
                                "PolicyDocument",
                                Match.objectLike(Map.of(
                                        "Statement",
                                        Match.arrayWith(List.of(Match.objectLike(Map.of("Action", "kms:Decrypt"))))))));
    }

    @Test
    void aStreamThatExistsIsMappedByName() throws IOException {
        Stack stack = new Stack(app, "S");
        new TidemarkFeatures(stack, "Features", props(new FeatureStream.Named(STREAM)));

        assertSame(synthesized(stack), expected(ONE_STREAM, Map.of("StreamName", STREAM, "CreateStream", "false")));
    }

    @Test
    void severalStreamsAreMappedByTheirNames() throws IOException {
        Stack stack = new Stack(app, "S");
        Path catalog = Files.writeString(folder.resolve("two.yaml"), twoStreams());
        Stream scoring = Stream.Builder.create(stack, "Mine")
                .streamName("scoring")
                .encryption(StreamEncryption.KMS)
                .build();
        Stream outcomes = Stream.Builder.create(stack, "Other")
                .streamName("outcomes")
                .encryption(StreamEncryption.KMS)
                .build();
        TidemarkFeatures features = new TidemarkFeatures(
                stack,
                "Features",
                new FeaturesProps(
                        catalog,
                        jar,
                        new FeatureStream.Named(STREAM),
                        new FeatureStream.Given(scoring),
                        new FeatureStream.Given(outcomes)));

        ObjectNode template = synthesized(stack);
        Map<String, Object> streams = new TreeMap<>(ONE_STREAM);
        streams.putAll(Map.of("Stream2", "scoring", "Stream3", "outcomes"));
        ObjectNode expected = expected(streams, Map.of("StreamName", STREAM, "CreateStream", "false"));
        for (String name : List.of("IngestFunctionRecords2", "ProtocolViolation3", "IngestRole", "Dashboard")) {
            assertThat(template.at("/Resources/" + name)).as(name).isEqualTo(expected.at("/Resources/" + name));
        }
        assertThat(template.at("/Conditions/HasStream3")).isEqualTo(expected.at("/Conditions/HasStream3"));
        assertThat(features.stream()).isSameAs(features.streams().get(0));
        assertThat(features.streams()).endsWith(scoring, outcomes).hasSize(3);
        for (Stream each : List.of(scoring, outcomes)) {
            assertThat(template.at("/Resources/IngestFunction/DependsOn").toString())
                    .contains(stack.getLogicalId(
                            (CfnElement) Objects.requireNonNull(each.getNode().getDefaultChild())));
        }
    }

    @Test
    void streamsThatTheStackCannotTakeAreRefused() throws IOException {
        Stack stack = new Stack(app, "S");
        Path catalog = Files.writeString(folder.resolve("two.yaml"), twoStreams());
        FeatureStream one = new FeatureStream.Named(STREAM);

        assertRefused(
                stack, "A", new FeaturesProps(catalog, jar, one, new FeatureStream.Named("clicks")), "stream clicks");
        assertThatThrownBy(() -> new FeaturesProps(catalog, jar, one, new FeatureStream.Created("scoring")))
                .hasMessageContaining("create scoring in the app");
        assertThatThrownBy(() -> new FeaturesProps(catalog, jar)).hasMessageContaining("give 1 to 8");
        assertThatThrownBy(() -> new FeaturesProps(
                        catalog, jar, Collections.nCopies(9, one).toArray(FeatureStream[]::new)))
                .hasMessageContaining("9 streams are given");
    }

    @Test
    void whatIsForwardedTheCatalogSays() throws IOException {
        Path catalog = Files.writeString(
                folder.resolve("two.yaml"),
                twoStreams().replace("stream: scoring,", "stream: scoring, forward: [{from: shop, key: user_id}],"));
        Stack stack = new Stack(app, "S");
        FeatureStream shop = new FeatureStream.Named(STREAM);
        FeatureStream scoring = new FeatureStream.Named("scoring");

        new TidemarkFeatures(stack, "Features", new FeaturesProps(catalog, jar, shop, scoring));
        assertRefused(stack, "B", new FeaturesProps(catalog, jar, shop), "but the stack folds [shop-events]");

        ObjectNode template = synthesized(stack);
        assertThat(template.at("/Conditions/Forwards").toString()).contains("\"scoring\"");
        assertThat(template.at("/Resources/ForwardFunctionRecords").toString()).contains(":stream/shop-events");
        Path more = Files.writeString(
                folder.resolve("more.yaml"),
                Files.readString(catalog)
                        .replace("stream: outcomes,", "stream: outcomes, forward: [{from: shop, key: user_id}],"));
        assertRefused(
                stack,
                "C",
                new FeaturesProps(more, jar, shop, scoring, new FeatureStream.Named("outcomes")),
                "to one: deploy another stack");
    }

    private static String twoStreams() throws IOException {
        return Files.readString(CATALOG).replace("sources:\n", """
                sources:
                  scoring: {stream: scoring, event_time: ts}
                  outcomes: {stream: outcomes, event_time: ts}
                """);
    }

    @Test
    void aStreamWhoseNameOrPlaceDoesNotFitIsRefused() {
        Stack stack = new Stack(
                app,
                "S",
                StackProps.builder()
                        .env(Environment.builder()
                                .account("111111111111")
                                .region("eu-west-1")
                                .build())
                        .build());

        assertRefused(stack, "A", props(new FeatureStream.Named("clicks")), "no source on the stream clicks");
        assertRefused(stack, "B", props(new FeatureStream.Given(new Stream(stack, "Unnamed"))), "set its streamName");
        assertRefused(
                stack,
                "C",
                props(new FeatureStream.Given(
                        Stream.fromStreamArn(stack, "Far", "arn:aws:kinesis:us-east-1:111111111111:stream/" + STREAM))),
                "is in region us-east-1, the stack in eu-west-1");
        assertRefused(
                stack, "D", props(new FeatureStream.Created(STREAM, 0, 25)), "'stream_retention: 25h' in source shop");
    }

    @Test
    void mistakesStopTheSynthesis() throws IOException {
        Stack stack = new Stack(app, "S");
        Path bad = Files.writeString(
                folder.resolve("bad.yaml"), Files.readString(CATALOG).replace("function: sum", "function: smu"));
        FeatureStream stream = new FeatureStream.Created(STREAM);

        assertRefused(stack, "A", new FeaturesProps(bad, jar, stream), bad + ":");
        assertRefused(stack, "B", props().withNextCatalog(bad), "smu");
        assertRefused(
                stack, "C", new FeaturesProps(CATALOG, folder.resolve("none.jar"), stream), "build it with ./mvnw");
        assertRefused(stack, "D", props().withSettings(others("BatchSize", "0")), "BatchSize = 0 must be at least 1");
        assertRefused(stack, "E", props().withSettings(others("StreamName", "x")), "leave it out");
        assertRefused(stack, "F", props().withSettings(others("JwtIssuer", "https://issuer")), "without JwtAudience");
    }

    @Test
    void anAppMayHaveSeveralStacks() throws IOException {
        Stack one = new Stack(app, "One");
        Stack other = new Stack(app, "Other");
        new TidemarkFeatures(one, "Features", props());
        Path clicks = Files.writeString(
                folder.resolve("clicks.yaml"), Files.readString(CATALOG).replace(STREAM, "clicks"));
        new TidemarkFeatures(other, "Features", new FeaturesProps(clicks, jar, new FeatureStream.Named("clicks")));

        ObjectNode first = synthesized(one);
        ObjectNode second = synthesized(other);

        assertThat(names(first.get("Resources")))
                .isEqualTo(names(second.get("Resources")))
                .containsAll(SamTemplate.packaged().section("Resources").keySet());
        assertThat(first.at(CODE)).isEqualTo(second.at(CODE));
        assertThat(first.at(LAYER)).isNotEqualTo(second.at(LAYER));
    }

    @Test
    void whatWasDeployedCanBeUsedAndGranted() {
        Stack stack = new Stack(app, "S");
        TidemarkFeatures features = new TidemarkFeatures(stack, "Features", props());
        Role caller = Role.Builder.create(stack, "Caller")
                .assumedBy(new ServicePrincipal("ecs-tasks.amazonaws.com"))
                .build();
        features.grantQuery(caller);
        features.bucket().grantRead(caller);
        features.stream().grantWrite(caller);
        features.stateTable().grantReadData(caller);
        features.controlTable().grantReadData(caller);
        features.queryFunction().grantInvoke(caller);

        String policies =
                template(stack).findResources("AWS::IAM::Policy").values().toString();
        assertThat(features.apiUrl()).isNotEmpty();
        assertThat(policies)
                .contains("execute-api:Invoke", "{Ref=Api}")
                .contains("{Ref=Bucket}", "{Ref=StateTable}", "{Ref=ControlTable}", "QueryFunction.Alias")
                .contains(":stream/" + STREAM);
        assertThat(features.template().getResource("IngestFunction")).isNotNull();
    }

    @Test
    void whatTheValidatorOfTheCdkFindsIsAcknowledged() throws IOException {
        new TidemarkFeatures(new Stack(app, "S"), "Features", props()).acknowledgeFindings();
        app.synth();

        JsonNode plugin = JSON.readTree(
                        folder.resolve("cdk.out/validation-report.json").toFile())
                .at("/pluginReports/0");
        assertThat(plugin.get("suppressedViolations")).isNotEmpty();
        assertThat(plugin.get("violations")).isEmpty();
    }

    private FeaturesProps props() {
        return props(new FeatureStream.Created(STREAM));
    }

    private FeaturesProps props(FeatureStream stream) {
        return new FeaturesProps(CATALOG, jar, stream);
    }

    private static FeaturesProps.Settings others(String name, String value) {
        return FeaturesProps.Settings.DEFAULTS.withOthers(Map.of(name, value));
    }

    private static ObjectNode expected(Map<String, ?> some, Map<String, ?> others) {
        Map<String, Object> values = new TreeMap<>(some);
        values.putAll(others);
        return Templates.expected(values);
    }

    private static void assertRefused(Construct scope, String id, FeaturesProps props, String message) {
        assertThatThrownBy(() -> new TidemarkFeatures(scope, id, props))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Where the CDK put the file of an asset until it is uploaded. */
    private Path asset(JsonNode location) {
        String name = "asset." + location.get("Key").asText();
        return folder.resolve("cdk.out").resolve(name.endsWith(".zip") ? name.substring(0, name.length() - 4) : name);
    }
}
