package dev.tidemark.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3ImportLog;
import dev.tidemark.aws.s3.S3TrainingLog;
import dev.tidemark.cli.ArchitectureTest;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Reshard;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingRules;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.functions.Template;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * Least privilege: the roles and managed policies of infra/template.yaml allow every call that functions and commands make
 * while they do real work, and nothing that none of them makes.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PolicyTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final int PART = 120;
    private static final String KEY = "arn:aws:kms:us-east-1:000000000000:key/one";
    private static final Map<String, String> WITH_KEY = Map.of("KmsKeyArn", KEY);
    private static final Map<String, String> IN_VPC =
            Map.of("VpcSubnetIds", "subnet-1,subnet-2", "VpcSecurityGroupIds", "sg-1");

    /** Who runs the command has the credentials of the local run. */
    private static final String OPERATOR = "local";

    private static final String READ = "OperatorReadPolicy";

    /** Actions that no code of ours calls, and who does. */
    private static final Map<String, String> OF_LAMBDA_ITSELF = Map.of(
            "kinesis:DescribeStream", "the event source mapping, which reads with the function's role",
            "logs:CreateLogStream", "Lambda writes the function's log with its role",
            "logs:PutLogEvents", "as above",
            "xray:PutTelemetryRecords", "Lambda sends traces with the function's role",
            "xray:PutTraceSegments", "as above",
            "ec2:*", "Lambda makes network interfaces with the function's role");

    private static final String SERVE = "ServePolicy";
    private static final String FORWARD = "ForwardRole";

    /**
     * DynamoDB Local has no point-in-time recovery, so there is none that a restored table could lack; CareTest has it. A local
     * run is no stack; StackTest has that call.
     */
    private static final Set<String> NOT_LOCALLY =
            Set.of("dynamodb:UpdateContinuousBackups", "cloudformation:DescribeStacks");

    /** Jobs of few events here: no head spills, and only then is it read strongly consistent (rule U2), as the fold does. */
    private static final Set<String> WITHOUT_SPILLS = Set.of("OperatorRedrivePolicy", "OperatorBackfillPolicy");

    private static final String IMPORT = "OperatorImportPolicy";

    /** Statements on all resources, and where AWS says that it cannot be otherwise. */
    private static final Map<String, String> ON_ALL = Map.of(
            "CheckMapping",
            "ListEventSourceMappings has no resource type:"
                    + " docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html",
            "Trace",
            "X-Ray's Put actions have no resource type:"
                    + " docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html",
            "Interfaces",
            "the interfaces are not there yet, and the Describe actions have no resource type:"
                    + " docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html");

    private static final String TRAINED = """
              trained:
                inputs: [viewer: [views_30m]]
                predictions: {source: shop}
                outcome: {pair: judged}
                monitor: {windows: [6h]}
                train: {}
              offers:
                inputs: [viewer: [views_30m]]
                predictions: {source: shop}
                outcome: {pair: answered, settle: 1s}
                monitor: {windows: [6h], baseline: "s3://BASELINE"}
                train: {rows: {last: 6h}, holdout: 10s, promote: {watch: 1s}}
            """;

    /** What is told within seconds, so that a run can be watched to its end. */
    private static final String ANSWERED = """
              answered:
                left: {source: shop, where: type == "prediction" && model == "offers", key: id}
                right: {source: shop, where: type == "answer", key: prediction}
                within: 2s
            """;

    /** So that whoever reads events reads a snapshot too. */
    private static final String REFERENCES = """

            references:
              kinds: {key: type, fields: {name: text}}
            """;

    private static final String LOOKING_UP = """
              looking_up:
                source: shop
                entity: user_id
                look_up: {kind: {from: kinds, key: type}}
                features:
                  kinds: {function: count, windows: [6h], group_by: {field: kind.name, max_groups: 3}}
            """;

    private static final int OFFERS = 120;

    /** Before all events that are put, and within the windows. */
    private static Instant seam;

    private static final Map<String, List<Access>> CALLS = new LinkedHashMap<>();
    private static Set<String> operations = Set.of();
    private static Set<String> unknown = Set.of();

    @TempDir
    private static Path folder;

    private static int port;
    private static Path catalog;
    private static Path next;

    @BeforeAll
    static void work() throws Exception {
        seam = Instant.now().minusSeconds(20 * 3_600);
        String shop = Sample.SHOP
                .catalog()
                .replace("baseline: {window: 6h, before: 6h}", "baseline: s3://" + PolicyWorld.BASELINE)
                .replace(
                        "    event_time: {field: ts,",
                        "    history: {until: " + seam + "}\n    event_time: {field: ts,")
                .replace("\npairs:\n", REFERENCES + "\npairs:\n" + ANSWERED)
                .replace("\nviews:\n", "\nviews:\n" + LOOKING_UP)
                .replace("\nmodels:\n", "\nmodels:\n" + TRAINED.replace("BASELINE", PolicyWorld.BASELINE));
        assertThat(shop).contains("s3://");
        catalog = Files.writeString(folder.resolve("catalog.yaml"), shop);
        next = Files.writeString(
                folder.resolve("next.yaml"),
                shop.replace("hop: 10s", "hop: 20s").replace("max_ids: 1000", "max_ids: 900"));
        Catalogs catalogs = new Catalogs(compile(catalog), compile(next));
        RecordedCalls.start();
        try (PolicyWorld world = new PolicyWorld(catalogs);
                LocalSystem system = start(world);
                AwsClients bystander = world.clients(PolicyWorld.BYSTANDER)) {
            functionsAndCommands(world, system, bystander);
        } finally {
            RecordedCalls.stop();
        }
        for (String role : roles()) {
            CALLS.put(role, RecordedCalls.of(role));
        }
        // The forward function itself reads nothing; the event source mapping does, with its role.
        CALLS.put(
                FORWARD,
                Stream.concat(
                                CALLS.getOrDefault(FORWARD, List.of()).stream(),
                                Stream.of("GetShardIterator", "GetRecords")
                                        .map(operation -> Access.onStream(operation, STREAM)))
                        .toList());
        // It is the query function that `tidemark serve` calls in its process.
        CALLS.put(SERVE, RecordedCalls.of("QueryRole"));
        operations = RecordedCalls.operations();
        unknown = RecordedCalls.unknown();
    }

    @AfterAll
    static void forget() {
        RecordedCalls.start();
        RecordedCalls.stop();
    }

    /** Between choosing the ports and taking them somebody else may be faster. */
    private static LocalSystem start(PolicyWorld world) throws IOException {
        for (int tries = 1; ; tries++) {
            port = FreePorts.fourInARow();
            try {
                return LocalSystem.start(
                        new LocalSettings(port, null, Map.of(STREAM, 2), false, MappingSettings.ofBatchSize(100), 1),
                        world,
                        MappingListener.NONE);
            } catch (BindException e) {
                if (tries == 5) {
                    throw e;
                }
            }
        }
    }

    /** Of a source that nothing reads; what a manifest says is all that there is of it. */
    private static void noteImport(AwsClients bystander) {
        ImportLog imports = new S3ImportLog(bystander.s3(), TidemarkApplication.BUCKET, Backoff.system());
        boolean stored = imports.append(new ImportLog.Manifest(
                        1,
                        1_000,
                        "elsewhere",
                        "arn:aws:kinesis:us-east-1:000000000000:stream/elsewhere",
                        new Seam(1_000, 0),
                        List.of(),
                        "{}",
                        ImportLog.SameId.REFUSE,
                        List.of(new ImportLog.Part(0, 1, "0".repeat(64)))))
                .join();
        assertThat(stored).isTrue();
    }

    private static void functionsAndCommands(PolicyWorld world, LocalSystem system, AwsClients bystander)
            throws Exception {
        Witness witness = new Witness(system.api(), bystander.kinesis());
        Path kinds = Files.writeString(folder.resolve("kinds.csv"), "type,name\nview,looks\npurchase,buys\n");
        operate("OperatorLearnPolicy", () -> tidemark("reference", "publish", "--name", "kinds", kinds.toString()));
        operate(READ, () -> tidemark("reference", "list", "--name", "kinds"));
        noteImport(bystander);
        operate(READ, () -> tidemark("import", "status"));
        List<SampleEvent> events = ShopEvents.recent(Sample.SHOP.events().subList(0, 4 * PART), 60_000);
        put(bystander, events.subList(0, PART));
        witness.awaitDone(PART);
        Reshard.splitTheFirstShard(bystander.kinesis(), STREAM);
        put(bystander, events.subList(PART, 2 * PART));
        putBad(bystander);
        witness.awaitDone(2 * PART + 1);
        ask(system.api());
        world.checkpoint(() -> {
            put(bystander, events.subList(2 * PART, 3 * PART));
            witness.awaitDone(3 * PART + 1);
        });
        ask(system.api());

        operate("OperatorRedrivePolicy", PolicyTest::redrive);
        ask(system.api());
        world.audit(20);
        ask(system.api());
        world.checkpoint(() -> {});
        operate(
                "OperatorRestorePolicy",
                () -> tidemark("checkpoint", "create", "--segments", "2", "--next", next.toString()));
        // For the restore to replay: lanes that the checkpoint does not know, one of them out of a shard that never had
        // a
        // record, so that only the stream knows that nothing is to come from it; duplicates; a bad record.
        Reshard.splitTheFirstShard(bystander.kinesis(), STREAM);
        Reshard.splitTheFirstShard(bystander.kinesis(), STREAM);
        put(bystander, events.subList(3 * PART, 4 * PART));
        putBad(bystander);
        witness.awaitDone(4 * PART + 2);
        // As a restore that was begun by a version without protection left them.
        Tables.create(bystander.dynamoDb(), Tables.stateOf("g2"), Tables.controlOf("g2"))
                .join();
        operate("OperatorRestorePolicy", () -> tidemark("restore", "--to", "g2", "--next", next.toString()));
        operate("OperatorRestorePolicy", () -> tidemark("restore", "--to", "g3", "--next", next.toString()));
        Map<String, Map<String, Long>> ancestors = forgetAncestors(bystander);
        operate("OperatorLearnPolicy", () -> tidemark("cut", "create", "--model", "discount"));
        train(world, system.api());
        operate("OperatorBackfillPolicy", () -> {
            for (String step : List.of("start", "status", "run", "flip", "rollback", "flip")) {
                backfill(step);
            }
        });
        operate(READ, () -> {
            backfill("status");
            backfill("report");
        });
        operate("OperatorBackfillPolicy", () -> backfill("finish"));
        rememberAncestors(bystander, ancestors);
        putOffers(bystander, "first");
        witness.awaitDone(4 * PART + 2 + 2 * OFFERS);
        assertThat(world.train("offers", folder.resolve("work"), out -> {}))
                .startsWith("failed: the training step left no ");
        putOffers(bystander, "second");
        witness.awaitDone(4 * PART + 2 + 4 * OFFERS);
        world.audit(1);
        operate(READ, PolicyTest::look);
        // Now nothing has come for seconds, so the monitor asks whether anything waits.
        world.monitor();
        assertThat(world.train("offers", folder.resolve("work"), PolicyTest::trainOffers))
                .startsWith("watched: ");
        compact(world, bystander);
        importHistory();
    }

    private static void importHistory() throws Exception {
        Instant at = seam.minusSeconds(60);
        Path rows = Files.writeString(folder.resolve("history.jsonl"), """
                {"event_id":"h1","type":"view","ts":"%s","user_id":"user-1","price":1.5}
                {"event_id":"h2","type":"view","ts":"%s","user_id":"user-1","price":"dear"}
                """.formatted(at, at));
        String[] of = {"--source", "shop", "--files", rows.toString(), "--catalog", next.toString()};
        operate(READ, () -> importing("check", of, "2 rows in the export"));
        operate(IMPORT, () -> {
            importing("run", of, "Nothing was written.");
            importing("run", Stream.concat(Stream.of(of), Stream.of("--yes")).toArray(String[]::new), "written; ");
        });
        operate(READ, () -> {
            importing("status", new String[0], "import 2 of ");
            importing(
                    "reconcile",
                    new String[] {"--source", "shop", "--catalog", next.toString()},
                    "0 events in no import");
        });
    }

    /** Whether a check finds something is no matter here. */
    private static void importing(String command, String[] arguments, String says) {
        Command done = Command.run(Stream.of(
                        Stream.of("import", command), Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .flatMap(each -> each)
                .toArray(String[]::new));
        assertThat(done.out()).as(done.err()).contains(says);
    }

    @ParameterizedTest
    @MethodSource("rolesAndPolicies")
    void everyCallIsAllowed(String name) {
        for (Map<String, String> parameters : deployments()) {
            Template template = template(parameters);
            List<Policy> policies = policies(template, name);
            for (Access access : calls(template, name, parameters)) {
                assertThat(policies.stream().anyMatch(policy -> policy.allows(access)))
                        .as("%s with %s must allow %s", name, parameters, access)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rolesAndPolicies")
    void nothingElseIsAllowed(String name) {
        for (Map<String, String> parameters : deployments()) {
            Template template = template(parameters);
            // Who may change things has the policy for reading as well.
            List<Access> calls = name.equals(READ)
                    ? rolesAndPolicies().stream()
                            .filter(each -> each.startsWith("Operator"))
                            .flatMap(each -> calls(template, each, parameters).stream())
                            .toList()
                    : calls(template, name, parameters);
            List<String> unused = Policy.of(template, name).statements().stream()
                    .flatMap(PolicyTest::each)
                    .filter(one -> !isOfLambdaItself(name, one.actions().get(0)))
                    .filter(one -> !NOT_LOCALLY.contains(one.actions().get(0)))
                    .filter(one -> !isOfASpill(name, one))
                    .filter(one -> calls.stream().noneMatch(one::allows))
                    .map(Policy.Statement::toString)
                    .toList();
            assertThat(unused)
                    .as("what %s with %s allows and nobody calls", name, parameters)
                    .isEmpty();
        }
    }

    /** An import that a restore left in the middle is folded on as any lane is; here none is. */
    private static boolean isOfASpill(String name, Policy.Statement one) {
        if (!one.sid().equals("FoldItems")) {
            return false;
        }
        return name.equals(IMPORT)
                || (WITHOUT_SPILLS.contains(name) && one.actions().equals(List.of("dynamodb:GetItem")));
    }

    /** A statement allows every combination, so each action is looked at with each resource, and with each value. */
    private static Stream<Policy.Statement> each(Policy.Statement all) {
        List<Policy.Statement> parts = new ArrayList<>();
        for (String action : all.actions()) {
            for (String resource : all.resources()) {
                parts.add(new Policy.Statement(all.sid(), List.of(action), List.of(resource), all.conditions()));
            }
        }
        all.conditions().forEach((key, values) -> {
            for (String value : values) {
                // Each value is of use to one of the actions, not to every one: a key decrypts what a table holds, and
                // makes no data keys for it.
                parts.add(new Policy.Statement(all.sid(), all.actions(), all.resources(), Map.of(key, List.of(value))));
            }
        });
        return parts.stream();
    }

    @Test
    void everyCallIsKnownAndEveryFunctionHasCalled() {
        assertThat(unknown).isEmpty();
        CALLS.forEach((name, calls) -> assertThat(calls).as(name).isNotEmpty());
        assertThat(CALLS.keySet()).containsExactlyInAnyOrderElementsOf(rolesAndPolicies());
    }

    /** Otherwise there is code that has not run here, and may need what nobody is allowed to do. */
    @Test
    void everyOperationOfTheSdkThatTheCodeNamesWasCalled() {
        Set<String> named = new TreeSet<>();
        new ClassFileImporter()
                .withImportOption(ArchitectureTest.SHIPPED)
                .importPackages(
                        "dev.tidemark.aws",
                        "dev.tidemark.functions",
                        "dev.tidemark.serve",
                        "dev.tidemark.cli",
                        "dev.tidemark.core")
                .forEach(type -> type.getMethodCallsFromSelf().stream()
                        .filter(PolicyTest::isOperation)
                        .map(call -> call.getName().substring(0, 1).toUpperCase(Locale.ROOT)
                                + call.getName().substring(1))
                        .forEach(named::add));

        // The waiter for new tables describes them.
        named.add("DescribeTable");
        NOT_LOCALLY.forEach(action -> named.remove(action.substring(action.indexOf(':') + 1)));
        assertThat(named).isEqualTo(new TreeSet<>(operations));
    }

    private static boolean isOperation(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        return owner.isAssignableTo(AwsClient.class)
                && !List.of("waiter", "builder", "close").contains(call.getName())
                && !owner.getPackageName().startsWith("dev.tidemark");
    }

    @Test
    void onlyWhatKnowsNoResourcesIsAllowedOnAll() {
        Set<String> onAll = new TreeSet<>();
        for (Map<String, String> parameters : deployments()) {
            Template template = template(parameters);
            for (String name : identities(template)) {
                for (Policy.Statement statement : Policy.of(template, name).statements()) {
                    assertThat(statement.actions()).as(name).noneMatch(action -> action.contains("*"));
                    if (statement.resources().contains("*")) {
                        onAll.add(statement.sid());
                    }
                    for (String resource : statement.resources()) {
                        assertThat(resource.equals("*")
                                        || resource.matches("[^*]+|arn:aws:s3:::[^*]+/\\*|arn:aws:logs:[^*]+:\\*"
                                                + "|arn:aws:dynamodb:[^*]+:table/g\\*-(state|control)"))
                                .as("%s, %s: %s", name, statement.sid(), resource)
                                .isTrue();
                    }
                }
            }
        }
        assertThat(onAll).isEqualTo(new TreeSet<>(ON_ALL.keySet()));
    }

    @ParameterizedTest
    @MethodSource("roles")
    void interfacesAndKeysAreForThoseWhoHaveThem(String role) {
        assertThat(actions(template(Map.of()), role)).noneMatch(action -> action.matches("(kms|ec2):.*"));
        assertThat(actions(template(WITH_KEY), role)).anyMatch(action -> action.startsWith("kms:"));
        assertThat(actions(template(IN_VPC), role)).anyMatch(action -> action.startsWith("ec2:"));
    }

    static List<String> rolesAndPolicies() {
        List<String> names = new ArrayList<>(roles());
        names.addAll(List.of(
                SERVE,
                READ,
                "OperatorRedrivePolicy",
                "OperatorBackfillPolicy",
                "OperatorRestorePolicy",
                "OperatorCompactPolicy",
                "OperatorLearnPolicy",
                IMPORT));
        return names;
    }

    private static List<String> roles() {
        return List.of(
                "IngestRole",
                FORWARD,
                "QueryRole",
                "CompactRole",
                "CheckpointRole",
                "AuditRole",
                "MonitorRole",
                "TrainRole");
    }

    private static List<Map<String, String>> deployments() {
        Map<String, String> all = new HashMap<>(WITH_KEY);
        all.putAll(IN_VPC);
        all.put("Generation", "g7");
        all.put("Stream2", "second");
        all.put("Stream8", "eighth");
        all.put("ForwardFrom3", "second");
        return List.of(Map.of(), Map.of("Generation", "g7"), WITH_KEY, IN_VPC, all);
    }

    private static Template template(Map<String, String> parameters) {
        Map<String, String> all = new HashMap<>(parameters);
        all.put("ForwardTo", PolicyWorld.FORWARD_TO);
        all.put("ForwardFrom", STREAM);
        all.put("MonitorSchedule", "rate(15 minutes)");
        all.put("MonitorBaselines", "arn:aws:s3:::" + PolicyWorld.BASELINE);
        all.put("TrainStepArn", PolicyWorld.TRAIN_STEP);
        return Template.of(
                all,
                Map.of(
                        "StateTable", TidemarkApplication.STATE_TABLE,
                        "ControlTable", TidemarkApplication.CONTROL_TABLE,
                        "Bucket", TidemarkApplication.BUCKET));
    }

    /** Managed policies are attached beside the one for reading. */
    private static List<Policy> policies(Template template, String name) {
        return Stream.of(name, READ)
                .filter(each -> each.equals(name) || name.startsWith("Operator"))
                .distinct()
                .map(each -> Policy.of(template, each))
                .toList();
    }

    /** As recorded; on the tables that the deployment's functions are told, and with what its key makes of them. */
    private static List<Access> calls(Template template, String name, Map<String, String> parameters) {
        Map<String, String> tables = Map.of(
                TidemarkApplication.STATE_TABLE,
                template.environment().get(Environment.STATE_TABLE.variable()).asText(),
                TidemarkApplication.CONTROL_TABLE,
                template.environment().get(Environment.CONTROL_TABLE.variable()).asText());
        List<Access> calls = new ArrayList<>();
        for (Access recorded : CALLS.getOrDefault(name, List.of())) {
            String others = name.equals(FORWARD) ? "ForwardFrom\\d" : "Stream\\d";
            for (Access access : onStreams(recorded.onTables(tables), parameters, others)) {
                calls.add(access);
                if (parameters.containsKey("KmsKeyArn")) {
                    calls.addAll(access.ofKey(KEY));
                }
            }
        }
        return calls;
    }

    /** What is done with one stream is done with each. */
    private static List<Access> onStreams(Access access, Map<String, String> parameters, String others) {
        List<Access> all = new ArrayList<>(List.of(access));
        if (access.resource().endsWith(":stream/" + STREAM)) {
            parameters.forEach((name, stream) -> {
                if (name.matches(others)) {
                    String other = access.resource().replace(STREAM, stream);
                    all.add(new Access(access.action(), other, access.context()));
                }
            });
        }
        return all;
    }

    private static boolean isOfLambdaItself(String name, String action) {
        return name.endsWith("Role")
                && (OF_LAMBDA_ITSELF.containsKey(action)
                        || OF_LAMBDA_ITSELF.containsKey(action.substring(0, action.indexOf(':') + 1) + "*"));
    }

    /** Roles of functions and managed policies, however they are named. */
    private static List<String> identities(Template template) {
        return template.resources().entrySet().stream()
                .filter(resource -> List.of("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
                        .contains(resource.getValue().get("Type").asText()))
                .filter(resource -> !resource.getKey().equals("ApiLoggingRole"))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> actions(Template template, String name) {
        return Policy.of(template, name).statements().stream()
                .flatMap(statement -> statement.actions().stream())
                .toList();
    }

    // ------------------------------------------------------------------------------------------------ the work

    interface Work {
        void run() throws Exception;
    }

    private static void operate(String policy, Work work) throws Exception {
        RecordedCalls.forget(OPERATOR);
        work.run();
        CALLS.computeIfAbsent(policy, key -> new ArrayList<>()).addAll(RecordedCalls.of(OPERATOR));
    }

    private static void look() throws IOException {
        String at = Instant.now().minusSeconds(1).toString();
        tidemark("audit", "--sample", "3000");
        tidemark(
                "get",
                "viewer",
                "user-1",
                "--at",
                at,
                "--knowledge",
                "both",
                "--direct",
                "--catalog",
                catalog.toString());
        monitor();
        tidemark("archive", "verify");
        tidemark("checkpoint", "list");
        tidemark("checkpoint", "verify");
        tidemark("cut", "list", "--model", "discount");
        tidemark("train", "status", "--model", "trained");
        tidemark("quarantine", "list");
        tidemark("quarantine", "export", folder.resolve("all.jsonl").toString());
        tidemark("too-late", "viewer");
        Path spine = Files.writeString(folder.resolve("spine.csv"), "user_id,timestamp\nuser-1," + at + "\n");
        tidemark(
                "training-set",
                "--spine",
                spine.toString(),
                "--out",
                folder.resolve("set").toString(),
                "--views",
                "viewer",
                "--format",
                "csv",
                "--catalog",
                catalog.toString());
    }

    private static void redrive() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        tidemark("quarantine", "export", file.toString());
        assertThat(ShopEvents.repair(file)).as("bad records").isPositive();
        tidemark("quarantine", "redrive", "--repaired", file.toString());
    }

    /** Hours that are over: of a stream of its own, since this hour is not. */
    private static void compact(PolicyWorld world, AwsClients bystander) throws Exception {
        append(bystander, "old");
        world.compact(
                Catalogs.of(new CatalogCompiler().compile(Sample.SHOP.catalog().replace(STREAM, "old"))));
        append(bystander, "older");
        operate("OperatorCompactPolicy", () -> tidemark("archive", "compact", "--stream", "older"));
    }

    private static void append(AwsClients bystander, String stream) {
        S3Archive archive = new S3Archive(bystander.s3(), TidemarkApplication.BUCKET, Backoff.system());
        Lane lane = new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/" + stream, 1, "shardId-000000000000");
        Position last = Position.ORIGIN;
        for (int n = 0; n < 30; n++) {
            RawRecord record =
                    new RawRecord(new Position("" + (10 + n), 0), 1_728_000_000_000L + n, "k", new byte[] {'{', '}'});
            archive.append(new Archive.Segment(lane, last, n, List.of(record))).join();
            last = record.position();
        }
    }

    /** Every step that an operator can take, after a driver's; who asks the API is answered from the same log. */
    private static void train(PolicyWorld world, URI api) throws Exception {
        TrainingLoop loop = new TrainingLoop(
                compile(catalog).training("trained").orElseThrow(),
                new S3TrainingLog(
                        world.clients(PolicyWorld.BYSTANDER).s3(), TidemarkApplication.BUCKET, Backoff.system()),
                System::currentTimeMillis);
        Trigger trigger = new Trigger(TrainingRules.OPERATOR, System.currentTimeMillis(), "test");
        TrainingLoop.Cuts cuts = since -> CompletableFuture.completedFuture(new TrainingLoop.Cuts.Made(1, 1));
        loop.begin(trigger, "train.py", cuts).join();
        String run = loop.state().join().open().orElseThrow().name();
        loop.setMade(run, "set.json", "00", 1, "profile.json.gz").join();
        loop.judged(run, new Candidate("v8", "h", "models/v8", null), true, List.of())
                .join();
        for (String step : List.of("promote", "stop", "rollback")) {
            operate("OperatorLearnPolicy", () -> {
                Command command = Command.run(
                        "train",
                        step,
                        "--model",
                        "trained",
                        "--run",
                        run,
                        "--catalog",
                        catalog.toString(),
                        "--port",
                        Integer.toString(port));
                assertThat(command.err()).isEmpty();
                assertThat(command.out()).startsWith("Done");
            });
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(api + "/v1/models/trained/champion"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(step + answer.body()).isEqualTo(step.equals("rollback") ? 404 : 200);
        }
    }

    private static void ask(URI api) throws Exception {
        String at = Instant.now().minusSeconds(1).toString();
        String entity = "/v1/views/viewer/entities/user-1";
        HttpClient http = HttpClient.newHttpClient();
        for (String path : List.of(
                entity,
                entity + "?at=" + at + "&knowledge=both",
                "/v1/health",
                "/v1/catalog",
                "/v1/models/discount/quality",
                "/v1/views/shopper/entities/nobody")) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(api + path)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path + response.body()).isEqualTo(200);
        }
    }

    private static void backfill(String step) {
        tidemark("backfill", step, "--catalog", catalog.toString(), "--next", next.toString());
    }

    /** Whether the checks hold of so few events hangs on the time of day. */
    private static void monitor() {
        Command command =
                Command.run("monitor", "discount", "--catalog", catalog.toString(), "--port", Integer.toString(port));
        assertThat(command.err()).isEmpty();
        assertThat(command.out()).startsWith("discount (hash ").contains("v7 (champion): ");
    }

    private static void tidemark(String... arguments) {
        Command command = Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
        assertThat(command.exitCode())
                .as(Arrays.toString(arguments) + command.out() + command.err())
                .isZero();
    }

    private static void put(AwsClients bystander, List<SampleEvent> events) {
        for (int from = 0; from < events.size(); from += 100) {
            List<SampleEvent> some = events.subList(from, Math.min(events.size(), from + 100));
            bystander
                    .kinesis()
                    .putRecords(request -> request.streamName(STREAM)
                            .records(some.stream()
                                    .map(event -> PutRecordsRequestEntry.builder()
                                            .partitionKey(event.partitionKey())
                                            .data(SdkBytes.fromByteArray(event.bytes()))
                                            .build())
                                    .collect(Collectors.toList())))
                    .join();
        }
    }

    /** As of lanes that have never folded a view that drops duplicates. */
    private static Map<String, Map<String, Long>> forgetAncestors(AwsClients bystander) {
        DynamoControlStore control = control(bystander);
        Map<String, Map<String, Long>> forgotten = new HashMap<>();
        for (LaneRow row : control.readLanes().join()) {
            if (row.ancestors() != null) {
                forgotten.put(row.lane().id(), row.ancestors());
            }
            LaneRow without = new LaneRow(
                    row.lane(),
                    row.rev() + 1,
                    row.last(),
                    row.count(),
                    row.maxArrivalMillis(),
                    row.generation(),
                    row.views(),
                    row.counts());
            assertThat(control.writeLane(without).join()).isInstanceOf(Cas.Stored.class);
        }
        return forgotten;
    }

    /** As the next batch of each lane would: what pairs remember depends on them, and an audit goes by the rows. */
    private static void rememberAncestors(AwsClients bystander, Map<String, Map<String, Long>> forgotten) {
        DynamoControlStore control = control(bystander);
        for (LaneRow row : control.readLanes().join()) {
            Map<String, Long> ancestors = forgotten.get(row.lane().id());
            if (row.ancestors() == null && ancestors != null) {
                assertThat(control.writeLane(row.withAncestors(ancestors)).join())
                        .isInstanceOf(Cas.Stored.class);
            }
        }
    }

    private static DynamoControlStore control(AwsClients bystander) {
        return new DynamoControlStore(
                bystander.dynamoDb(),
                bystander.dynamoDbWrites(),
                TidemarkApplication.CONTROL_TABLE,
                CapacityMeter.NONE);
    }

    /** Predictions of seconds ago, half of them wrong, and what came of them. */
    private static void putOffers(AwsClients bystander, String batch) throws IOException {
        Instant at = Instant.now().minusSeconds(6);
        String hash = compile(catalog).model("offers").orElseThrow().hash();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < OFFERS; i++) {
            for (String event : List.of(
                    """
                    {"type":"prediction","ts":"%1$s","event_id":"%2$s","id":"%2$s","model":"offers","version":"v0","hash":"%3$s",
                     "score":0.5,"keys":{"user_id":"user-1"},"features":{"viewer.views_30m":1}}
                    """.formatted(at, batch + i, hash), """
                    {"type":"answer","ts":"%1$s","event_id":"%2$s-answer","prediction":"%2$s","label":%3$b}
                    """.formatted(at.plusSeconds(1), batch + i, isYes(i)))) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey(batch + i)
                        .data(SdkBytes.fromUtf8String(event))
                        .build());
            }
        }
        bystander
                .kinesis()
                .putRecords(request -> request.streamName(STREAM).records(entries))
                .join();
    }

    private static boolean isYes(int offer) {
        return offer % 2 == 0;
    }

    /** Of a model that knows all. */
    private static void trainOffers(Path out) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message scores { required binary id (STRING); required double score; }");
        try (ParquetWriter<Group> rows = ExampleParquetWriter.builder(
                        new LocalOutputFile(out.resolve("scores.parquet")))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .build()) {
            for (String batch : List.of("first", "second")) {
                for (int i = 0; i < OFFERS; i++) {
                    rows.write(new SimpleGroup(schema).append("id", batch + i).append("score", isYes(i) ? 0.9 : 0.1));
                }
            }
        }
        Files.writeString(out.resolve("candidate.json"), "{\"version\":\"v1\",\"artifact\":\"s3://models/v1\"}");
    }

    /** Into the first open shard, so that a lane out of the shards that were split has a record. */
    private static void putBad(AwsClients bystander) {
        bystander
                .kinesis()
                .putRecord(request -> request.streamName(STREAM)
                        .partitionKey("bad")
                        .explicitHashKey("0")
                        .data(SdkBytes.fromUtf8String("no event")))
                .join();
    }

    private static Catalog compile(Path file) throws IOException {
        return new CatalogCompiler().compile(Files.readString(file));
    }
}
