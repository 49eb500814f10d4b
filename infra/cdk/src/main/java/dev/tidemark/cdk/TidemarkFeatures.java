package dev.tidemark.cdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import software.amazon.awscdk.Acknowledgment;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.Validations;
import software.amazon.awscdk.cloudformation.include.CfnInclude;
import software.amazon.awscdk.services.apigateway.IRestApi;
import software.amazon.awscdk.services.apigateway.RestApi;
import software.amazon.awscdk.services.dynamodb.ITable;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionAttributes;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/**
 * Features over one or more streams: everything of infra/template.yaml, with the jars and the catalog as assets. The
 * template stays the only description of the resources. It has names and a SAM transform of its own, so give it a stack of
 * its own; an app may have several.
 *
 * <p>The catalog is checked as {@code tidemark validate} does. A mistake, a stream that the catalog does not read, or
 * a parameter that the template does not allow is an {@link IllegalArgumentException} that says what to do, and nothing is
 * synthesized.
 */
public final class TidemarkFeatures extends Construct {

    private static final String INGEST_FUNCTION = "IngestFunction";
    private static final String INGEST_ROLE = "IngestRole";
    private static final String TRAIN_STEP = "TrainStepArn";

    private final CfnInclude template;
    private final List<IStream> streams;
    private final IBucket bucket;
    private final ITable stateTable;
    private final ITable controlTable;
    private final IFunction queryFunction;
    private final IRestApi api;

    public TidemarkFeatures(Construct scope, String id, FeaturesProps props) {
        super(scope, id);
        List<String> streamNames =
                props.streams().stream().map(each -> StreamName.of(this, each)).toList();
        requireCatalogs(props, streamNames);
        template = include(props, streamNames);
        streams = IntStream.range(0, streamNames.size())
                .mapToObj(i -> stream(props.streams().get(i), streamNames.get(i), i + 1))
                .toList();
        bucket = Bucket.fromBucketName(this, "ArchiveBucket", output("Bucket"));
        stateTable = Table.fromTableName(this, "State", output("StateTable"));
        controlTable = Table.fromTableName(this, "Control", output("ControlTable"));
        queryFunction = Function.fromFunctionAttributes(
                this,
                "Query",
                FunctionAttributes.builder()
                        .functionArn(reference("QueryFunction.Alias"))
                        .sameEnvironment(true)
                        .build());
        api = RestApi.fromRestApiId(this, "Rest", reference("Api"));
    }

    /** Base address of the API, such as {@code https://….amazonaws.com/live/v1}; requests are signed. */
    public String apiUrl() {
        return output("ApiUrl");
    }

    /** Where events are put: the first stream that was given, or that of the template. */
    public IStream stream() {
        return streams.get(0);
    }

    /** All that are folded, in the order in which they were given. */
    public List<IStream> streams() {
        return streams;
    }

    /** Archive, quarantine and checkpoints. */
    public IBucket bucket() {
        return bucket;
    }

    /** The items of the first generation; after a restore the functions use another table (docs/restore.md). */
    public ITable stateTable() {
        return stateTable;
    }

    /** Control row and lane rows of the first generation. */
    public ITable controlTable() {
        return controlTable;
    }

    /** The alias that the API calls. */
    public IFunction queryFunction() {
        return queryFunction;
    }

    public IRestApi api() {
        return api;
    }

    /** Lets somebody ask for feature values over the API, and nothing else. */
    public Grant grantQuery(IGrantable caller) {
        return Grant.addToPrincipal(GrantOnPrincipalOptions.builder()
                .grantee(caller)
                .actions(List.of("execute-api:Invoke"))
                .resourceArns(List.of(api.arnForExecuteApi("*", "/*", "*")))
                .build());
    }

    /** The included template, for what has no accessor: its resources, conditions and outputs by their names. */
    public CfnInclude template() {
        return template;
    }

    /**
     * Acknowledges what the CDK's validator finds in the template because it knows neither SAM nor which conditions hold. An
     * acknowledgement holds for the whole app, so the construct leaves it to whoever owns the app.
     */
    public void acknowledgeFindings() {
        String unmet = "A condition leaves out what an empty or zero parameter would be wrong for";
        String fixed = "A parameter that was given is fixed, and so is a condition on it";
        acknowledge("F1020", "SAM's transform resolves references such as CheckpointFunction.Alias");
        List.of("F3031", "F3033", "F3034").forEach(rule -> acknowledge(rule, unmet));
        List.of("W1028", "W2503", "W8003", "W9053").forEach(rule -> acknowledge(rule, fixed));
    }

    private void acknowledge(String rule, String reason) {
        Validations.of(this)
                .acknowledge(Acknowledgment.builder()
                        .id("CloudFormation-Validate::" + rule)
                        .reason(reason)
                        .build());
    }

    private void requireCatalogs(FeaturesProps props, List<String> streamNames) {
        requireCatalog(props.catalog(), streamNames, props.streams().get(0));
        Path next = props.nextCatalog();
        if (next != null) {
            requireCatalog(next, streamNames, props.streams().get(0));
        }
    }

    private void requireCatalog(Path file, List<String> streamNames, FeatureStream first) {
        CheckedCatalog catalog = CheckedCatalog.read(file);
        streamNames.forEach(catalog::requireStream);
        if (first instanceof FeatureStream.Created created) {
            catalog.requireRetention(created.name(), created.retentionHours());
        }
        List<String> others = catalog.otherStreams(streamNames);
        if (!others.isEmpty()) {
            Validations.of(this)
                    .addWarning(
                            "tidemark:OtherStreams",
                            "The catalog " + file + " also reads " + others + ", which this stack does not fold: their"
                                    + " views stay empty here. Give the stack these streams too.");
        }
    }

    private CfnInclude include(FeaturesProps props, List<String> streamNames) {
        SamTemplate sam = SamTemplate.packaged();
        Map<String, Object> parameters = sam.values(parameters(props, streamNames));
        Assets assets = assets(props);
        String json = sam.toJson(assets::location, Token::asString);
        try {
            Path file = Files.createTempFile("tidemark-template", ".json");
            try {
                Files.writeString(file, json);
                return CfnInclude.Builder.create(this, "Template")
                        .templateFile(file.toString())
                        .parameters(parameters)
                        // A function names the alarms that stop its deployment, and they the function: SAM takes it
                        // apart.
                        .allowCyclicalReferences(true)
                        .build();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> parameters(FeaturesProps props, List<String> streamNames) {
        Map<String, String> all = new TreeMap<>(props.settings().parameters());
        FeatureStream first = props.streams().get(0);
        put(all, "StreamName", streamNames.get(0));
        for (int number = 2; number <= FeaturesProps.MAX_STREAMS; number++) {
            put(all, "Stream" + number, number <= streamNames.size() ? streamNames.get(number - 1) : "");
        }
        ForwardParameters.of(CheckedCatalog.read(props.catalog()).catalog(), streamNames)
                .forEach((name, value) -> put(all, name, value));
        if (props.learningJar() == null) {
            if (!all.getOrDefault(TRAIN_STEP, "").isEmpty()) {
                throw new IllegalArgumentException(
                        TRAIN_STEP + " is given without the jar that trains: give learningJar, too");
            }
            // Fixed, so that no deployment sets it: the function would have no code.
            all.put(TRAIN_STEP, "");
        }
        put(all, "CreateStream", Boolean.toString(first instanceof FeatureStream.Created));
        if (first instanceof FeatureStream.Created created) {
            put(all, "StreamShards", Integer.toString(created.shards()));
            put(all, "StreamRetentionHours", Integer.toString(created.retentionHours()));
        }
        return all;
    }

    private static void put(Map<String, String> all, String name, String value) {
        if (all.put(name, value) != null) {
            throw new IllegalArgumentException(
                    name + " is among the settings, but the streams or the catalog say it: leave it out");
        }
    }

    private Assets assets(FeaturesProps props) {
        Path learning = props.learningJar();
        for (Path jar : learning == null ? List.of(props.functionJar()) : List.of(props.functionJar(), learning)) {
            if (!Files.isRegularFile(jar)) {
                throw new IllegalArgumentException("The jar " + jar.toAbsolutePath()
                        + " is not there: build it with ./mvnw -pl functions,learning -am package -DskipTests,"
                        + " or give its path");
            }
        }
        try (CatalogLayer layer = CatalogLayer.of(props.catalog(), props.nextCatalog())) {
            Asset functions = asset("FunctionJar", props.functionJar());
            return new Assets(
                    functions,
                    // A function that is not made must have some code all the same, or SAM refuses the template.
                    learning == null ? functions : asset("LearningJar", learning),
                    asset("CatalogLayer", layer.folder()));
        }
    }

    private Asset asset(String id, Path path) {
        return Asset.Builder.create(this, id).path(path.toString()).build();
    }

    private IStream stream(FeatureStream kind, String name, int number) {
        if (kind instanceof FeatureStream.Given given) {
            CfnResource function = template.getResource(INGEST_FUNCTION);
            // The mapping is made after the function, so that it finds the stream.
            function.getNode().addDependency(given.stream());
            letDecrypt(given.stream());
            return given.stream();
        }
        return number == 1
                ? Stream.fromStreamArn(this, "Events", output("StreamArn"))
                : Stream.fromStreamArn(this, "Events" + number, arn(name));
    }

    private String arn(String stream) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service("kinesis")
                        .resource("stream")
                        .resourceName(stream)
                        .build());
    }

    private void letDecrypt(IStream given) {
        if (given.getEncryptionKey() != null) {
            String role = template.getResource(INGEST_ROLE).getAtt("Arn").toString();
            String id = "Ingest" + given.getNode().getAddr();
            given.getEncryptionKey().grantDecrypt(Role.fromRoleArn(this, id, role));
        }
    }

    private String output(String name) {
        return String.valueOf(template.getOutput(name).getValue());
    }

    /** Also of what only SAM's transform creates. */
    private static String reference(String name) {
        return Token.asString(Map.of("Ref", name));
    }

    /** Where the files go that the template names. */
    private record Assets(Asset functionJar, Asset learningJar, Asset catalog) {

        Object location(String path) {
            if (path.endsWith("tidemark-functions.jar")) {
                return location(functionJar);
            }
            if (path.endsWith("tidemark-learning.jar")) {
                return location(learningJar);
            }
            if (path.equals("catalog/")) {
                return location(catalog);
            }
            throw new IllegalStateException(
                    "infra/template.yaml names " + path + ", which this construct does not know: add its asset to "
                            + TidemarkFeatures.class.getSimpleName());
        }

        private static Object location(Asset asset) {
            return Map.of("Bucket", asset.getS3BucketName(), "Key", asset.getS3ObjectKey());
        }
    }
}
