package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Training;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;

/** infra/template.yaml deploys what the code is, and maps the stream as the protocol needs. */
class TemplateTest {

    private static final Path INFRA = Path.of("..", "infra");
    private static final JsonNode TEMPLATE = Template.raw();
    private static final JsonNode RESOURCES = TEMPLATE.get("Resources");
    private static final List<String> ROLES = List.of(
            "CheckpointRole",
            "IngestRole",
            "ForwardRole",
            "QueryRole",
            "CompactRole",
            "AuditRole",
            "MonitorRole",
            "TrainRole");
    private static final String TRAIN_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:train";
    private static final String TRAIN_MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:train";
    private static final Map<String, String> ALL = Map.of(
            "ForwardTo",
            "scoring",
            "ForwardFrom",
            "shop-events",
            "MonitorSchedule",
            "rate(15 minutes)",
            "TrainStepArn",
            TRAIN_FUNCTION);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CheckpointFunction",
                "IngestFunction",
                "ForwardFunction",
                "QueryFunction",
                "CompactFunction",
                "AuditFunction",
                "MonitorFunction"
            })
    void aHandlerIsAClassThatLambdaCanMake(String name) throws ReflectiveOperationException {
        String[] handler =
                RESOURCES.at("/" + name + "/Properties/Handler").asText().split("::");

        Class<?> type = Class.forName(handler[0], false, TemplateTest.class.getClassLoader());

        assertThat(type.getSimpleName()).as("class name = resource name").isEqualTo(name);
        assertThat(type.getConstructor()).isNotNull();
        assertThat(type.getMethods())
                .anyMatch(method -> method.getName().equals(handler[1])
                        && method.getParameterCount() == 2
                        && method.getParameterTypes()[1].equals(Context.class));
    }

    /** All but the sets and candidates of training runs is kept for ever, whatever is forgotten of overwritten or deleted objects. */
    @Test
    void noRuleOfTheBucketForgetsCurrentObjects() {
        JsonNode rules = RESOURCES.at("/Bucket/Properties/LifecycleConfiguration/Rules");

        assertThat(rules).isNotEmpty();
        for (JsonNode rule : rules) {
            if (rule.path("Prefix").asText().equals("runs/")) {
                continue;
            }
            assertThat(names(rule))
                    .as(rule.path("Id").asText())
                    .isSubsetOf(
                            "Id", "Status", "Prefix", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload");
        }
    }

    @Test
    void theEnvironmentIsWhatTheCodeReads() {
        JsonNode variables = TEMPLATE.at("/Globals/Function/Environment/Variables");

        Set<String> all = new TreeSet<>(names(variables));
        for (String name : names(RESOURCES)) {
            JsonNode own = RESOURCES.get(name).at("/Properties/Environment/Variables");
            if (own.isObject()) {
                all.addAll(names(own));
            }
        }
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Environment.values())
                        .map(Environment::variable)
                        .toList());
        assertThat(variables
                        .at("/" + Environment.STATE_TABLE.variable() + "/!If/1/!Ref")
                        .asText())
                .isEqualTo("StateTable");
        assertThat(variables
                        .at("/" + Environment.CONTROL_TABLE.variable() + "/!If/1/!Ref")
                        .asText())
                .isEqualTo("ControlTable");
        assertThat(variables.at("/" + Environment.BUCKET.variable() + "/!Ref").asText())
                .isEqualTo("Bucket");
    }

    @Test
    void theTablesHaveTheKeysThatTheCodeUses() {
        Map<String, CreateTableRequest> created = new TreeMap<>();
        assertThat(Tables.create(recorder(created), "StateTable", "ControlTable"))
                .isNotDone();

        assertThat(created).hasSize(2);
        created.forEach((resource, request) -> {
            JsonNode table = RESOURCES.get(resource).get("Properties");
            assertThat(keys(table.get("KeySchema"), "KeyType"))
                    .isEqualTo(request.keySchema().stream()
                            .map(key -> key.attributeName() + " " + key.keyTypeAsString())
                            .collect(Collectors.toList()));
            assertThat(keys(table.get("AttributeDefinitions"), "AttributeType"))
                    .isEqualTo(request.attributeDefinitions().stream()
                            .map(attribute -> attribute.attributeName() + " " + attribute.attributeTypeAsString())
                            .collect(Collectors.toList()));
            assertThat(table.get("BillingMode").asText()).isEqualTo(request.billingModeAsString());
        });
    }

    @Test
    void stateExpiresByTheAttributeThatTheCodeWrites() {
        JsonNode expiry = RESOURCES.at("/StateTable/Properties/TimeToLiveSpecification");

        assertThat(expiry.get("AttributeName").asText()).isEqualTo(Tables.TTL_ATTRIBUTE);
        assertThat(expiry.get("Enabled").booleanValue()).isTrue();
        assertThat(RESOURCES.at("/ControlTable/Properties").has("TimeToLiveSpecification"))
                .isFalse();
    }

    /** Rule F1: any other setting loses records, reorders them, or gives up on them. */
    @ParameterizedTest
    @CsvSource({
        "IngestFunctionRecords, 0, TRIM_HORIZON",
        "IngestFunctionRecords, 1767225600, AT_TIMESTAMP",
        "IngestFunctionRecords8, 0, TRIM_HORIZON",
        "IngestFunctionRecords8, 1767225600, AT_TIMESTAMP",
        "ForwardFunctionRecords, 0, TRIM_HORIZON",
        "ForwardFunctionRecords3, 0, TRIM_HORIZON"
    })
    void everyStreamIsMappedAsTheProtocolNeeds(String name, String from, String position) {
        Map<String, String> parameters = new TreeMap<>(ALL);
        parameters.putAll(Map.of("DeliverFromTimestamp", from, "Stream8", "eighth", "ForwardFrom3", "third"));
        JsonNode resource = Template.of(parameters, Map.of()).resource(name);
        JsonNode mapping = resource.get("Properties");

        assertThat(resource.get("Type").asText()).isEqualTo("AWS::Lambda::EventSourceMapping");
        assertThat(mapping.get("StartingPosition").asText()).isEqualTo(position);
        assertThat(mapping.path("StartingPositionTimestamp").asText("0")).isEqualTo(from);
        assertThat(mapping.get("ParallelizationFactor").intValue()).isOne();
        assertThat(mapping.get("BisectBatchOnFunctionError").booleanValue()).isTrue();
        assertThat(mapping.get("FunctionResponseTypes").toString()).isEqualTo("[\"ReportBatchItemFailures\"]");
        assertThat(mapping.get("MaximumRetryAttempts").intValue()).isEqualTo(-1);
        assertThat(mapping.get("MaximumRecordAgeInSeconds").intValue()).isEqualTo(-1);
        assertThat(names(mapping)).doesNotContain("FilterCriteria", "TumblingWindowInSeconds", "DestinationConfig");
    }

    /** A hand-over: the old mapping has gone before the new one is made, at a position of its own (rule R3). */
    @Test
    void theMappingsAreTheOnlyOnesAndCanBeTakenAway() {
        assertThat(RESOURCES.at("/IngestFunction/Properties/Events").isMissingNode())
                .isTrue();
        assertThat(Template.of(Map.of("DeliverRecords", "false"), Map.of())
                        .resources()
                        .values())
                .extracting(resource -> resource.get("Type").asText())
                .doesNotContain("AWS::Lambda::EventSourceMapping");
    }

    /** A lane is folded by one version at a time as far as that can be had; only the query function has a canary. */
    @Test
    void onlyTheQueryFunctionIsDeployedGradually() {
        for (String name : names(RESOURCES)) {
            JsonNode preference = RESOURCES.get(name).at("/Properties/DeploymentPreference");
            assertThat(preference.isObject()).as(name).isEqualTo(name.equals("QueryFunction"));
        }
        JsonNode query = Template.of(Map.of(), Map.of()).resource("QueryFunction");
        List<String> alarms = new ArrayList<>();
        query.at("/Properties/DeploymentPreference/Alarms").forEach(alarm -> alarms.add(alarm.asText()));
        assertThat(alarms).containsExactlyInAnyOrder("ApiServerErrors", "QueryErrors");
    }

    /** The gateway refuses no body that the function would take. */
    @Test
    void theBodyOfABatchIsValidatedByTheSchemaOfTheDocument() {
        JsonNode model = RESOURCES.at("/Api/Properties/Models/BatchRequest");
        ObjectNode documented = (ObjectNode) document().at("/components/schemas/BatchRequest");
        documented.findParents("description").forEach(parent -> ((ObjectNode) parent).remove("description"));
        withoutTexts(documented);

        assertThat(model).isEqualTo(documented);
        assertThat(RESOURCES
                        .at("/QueryFunction/Properties/Events/Batch/Properties/Path")
                        .asText())
                .isEqualTo("/v1/features:batch");
    }

    /** The gateway does not say which text of many is wrong; the function does. */
    private static void withoutTexts(ObjectNode schema) {
        if (schema.path("items").path("type").asText().equals("string")) {
            schema.remove("items");
        }
        if (schema.get("items") instanceof ObjectNode items) {
            withoutTexts(items);
        }
        for (JsonNode property : schema.path("properties")) {
            ObjectNode object = (ObjectNode) property;
            if (object.path("type").asText().equals("string")) {
                object.removeAll();
            }
            withoutTexts(object);
        }
    }

    /** The function reads the REST API's events; HTTP APIs have them too, as their older format. */
    @Test
    void callersWithTokensReachTheSameFunctionAndNobodyElseDoes() {
        Template template = Template.of(Map.of("JwtIssuer", "https://issuer", "JwtAudience", "client"), Map.of());
        JsonNode route = template.resource("TokenRoute").get("Properties");
        JsonNode integration = template.resource("TokenIntegration").get("Properties");
        JsonNode jwt = template.resource("TokenAuthorizer").at("/Properties/JwtConfiguration");

        assertThat(route.get("AuthorizationType").asText()).isEqualTo("JWT");
        assertThat(route.get("AuthorizerId").asText()).isEqualTo("TokenAuthorizer");
        assertThat(integration.get("PayloadFormatVersion").asText()).isEqualTo("1.0");
        assertThat(integration.get("IntegrationUri").asText()).isEqualTo("QueryFunction");
        assertThat(jwt.get("Issuer").asText()).isEqualTo("https://issuer");
        assertThat(jwt.at("/Audience/0").asText()).isEqualTo("client");
        assertThat(Template.of(Map.of(), Map.of()).resources().keySet()).noneMatch(name -> name.startsWith("Token"));
    }

    private static JsonNode document() {
        try (InputStream file = TemplateTest.class.getResourceAsStream("/openapi.yaml")) {
            Object content = new Load(LoadSettings.builder().build()).loadFromInputStream(file);
            return new ObjectMapper().valueToTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Paths have entity keys in them, such as ids of users, and logs are kept. */
    @ParameterizedTest
    @CsvSource({"Api, AccessLogSetting", "TokenStage, AccessLogSettings"})
    void noAccessLogHasEntityKeys(String resource, String setting) {
        String format = RESOURCES
                .at("/" + resource + "/Properties/" + setting + "/Format")
                .asText();

        List<String> variables = new ArrayList<>();
        Matcher variable = Pattern.compile("\\$context\\.([A-Za-z.]+)").matcher(format);
        while (variable.find()) {
            variables.add(variable.group(1));
        }
        assertThat(variables)
                .contains("status", "apiId")
                .isSubsetOf(
                        "requestId",
                        "requestTimeEpoch",
                        "httpMethod",
                        "resourcePath",
                        "routeKey",
                        "status",
                        "responseLatency",
                        "integrationErrorMessage",
                        "identity.userArn",
                        "authorizer.claims.sub",
                        "apiId");
    }

    /** OpenApiTest compares their bodies with the document. */
    @Test
    void whatTheGatewayRefusesIsAProblemDocument() {
        JsonNode responses = RESOURCES.at("/Api/Properties/GatewayResponses");

        assertThat(names(responses))
                .containsExactlyInAnyOrder(
                        "BAD_REQUEST_BODY",
                        "REQUEST_TOO_LARGE",
                        "UNSUPPORTED_MEDIA_TYPE",
                        "DEFAULT_4XX",
                        "DEFAULT_5XX");
        responses.forEach(response -> assertThat(
                        response.at("/ResponseParameters/Headers/Content-Type").asText())
                .isEqualTo("'application/problem+json'"));
    }

    @Test
    void theQueryFunctionOnlyReads() {
        List<String> actions = actions("QueryRole");

        assertThat(actions).contains("dynamodb:Query");
        assertThat(actions)
                .filteredOn(action -> action.startsWith("dynamodb:"))
                .allMatch(
                        action -> List.of("dynamodb:Query", "dynamodb:GetItem").contains(action));
        assertThat(actions)
                .filteredOn(action -> action.startsWith("kinesis:"))
                .as("enough to see whether anything waits")
                .containsExactlyInAnyOrder(
                        "kinesis:DescribeStreamSummary",
                        "kinesis:GetRecords",
                        "kinesis:GetShardIterator",
                        "kinesis:ListShards");
        for (String role : List.of("QueryRole", "MonitorRole")) {
            assertThat(actionsOf(role, Map.of("AskStreamSeconds", "0")))
                    .as("a function that does not ask may not read the stream")
                    .noneMatch(action -> action.startsWith("kinesis:"));
        }
        assertThat(actionsOf("TrainRole", Map.of("AskStreamSeconds", "0")))
                .as("a cut needs to know which shards came out of which")
                .filteredOn(action -> action.startsWith("kinesis:"))
                .containsExactlyInAnyOrder("kinesis:DescribeStreamSummary", "kinesis:ListShards");
        assertThat(actions)
                .filteredOn(action -> action.startsWith("s3:"))
                .containsExactlyInAnyOrder("s3:GetObject", "s3:ListBucket");
        for (JsonNode statement : statements("QueryRole")) {
            if (statement.get("Sid").asText().equals("ReadThePast")) {
                assertThat(statement.get("Resource").toString())
                        .contains("/archive/*", "/checkpoint/*", "/redrive/*")
                        .doesNotContain("/quarantine/");
            }
        }
    }

    /** Whatever cannot be made anew. A topic's key holds messages that were delivered long ago. */
    @Test
    void whatHoldsDataOutlivesTheStack() {
        Set<String> holding = Set.of(
                "AWS::DynamoDB::Table",
                "AWS::KMS::Key",
                "AWS::Kinesis::Stream",
                "AWS::Logs::LogGroup",
                "AWS::S3::Bucket");
        Map<String, String> kept = new TreeMap<>();
        for (String name : names(RESOURCES)) {
            JsonNode resource = RESOURCES.get(name);
            if (holding.contains(resource.get("Type").asText())) {
                String policy = resource.path("DeletionPolicy").asText("none");
                assertThat(resource.path("UpdateReplacePolicy").asText("none"))
                        .as(name)
                        .isEqualTo(policy);
                kept.put(name, policy);
            }
        }
        assertThat(kept.remove("AlarmTopicKey")).isEqualTo("Delete");
        assertThat(kept)
                .hasSize(13)
                .allSatisfy((name, policy) -> assertThat(policy).as(name).isEqualTo("Retain"));
    }

    @Test
    void logsAreKeptForAsLongAsTheParameterSays() {
        for (String name : names(RESOURCES)) {
            if (RESOURCES.get(name).get("Type").asText().equals("AWS::Logs::LogGroup")) {
                assertThat(RESOURCES
                                .at("/" + name + "/Properties/RetentionInDays/!Ref")
                                .asText())
                        .as(name)
                        .isEqualTo("LogRetentionDays");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"StateTable", "ControlTable"})
    void aTableIsDeletedOnlyByWhoLiftsItsProtection(String table) {
        JsonNode properties = RESOURCES.at("/" + table + "/Properties");

        assertThat(properties.path("DeletionProtectionEnabled").asBoolean()).isTrue();
        assertThat(properties
                        .at("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void queriesCannotUseUpWhatTheFoldNeeds() {
        assertThat(Template.of(Map.of(), Map.of()).resource("IngestFunction").at("/Properties"))
                .noneMatch(property -> property.has("ReservedConcurrentExecutions"));
        Template reserved =
                Template.of(Map.of("IngestReservedConcurrency", "8", "QueryReservedConcurrency", "50"), Map.of());

        assertThat(reserved.resource("IngestFunction")
                        .at("/Properties/ReservedConcurrentExecutions")
                        .asText())
                .isEqualTo("8");
        assertThat(reserved.resource("QueryFunction")
                        .at("/Properties/ReservedConcurrentExecutions")
                        .asText())
                .isEqualTo("50");
    }

    @ParameterizedTest
    @CsvSource({"true, Active, true", "false, PassThrough, false"})
    void whoDoesNotTraceMayNotEither(String tracing, String mode, boolean allowed) {
        Template template = Template.of(Map.of("Tracing", tracing), Map.of());

        assertThat(template.resource("Api").at("/Properties/TracingEnabled").asBoolean())
                .isEqualTo(allowed);
        assertThat(TEMPLATE.at("/Globals/Function/Tracing/!If").toString())
                .isEqualTo("[\"Traces\",\"Active\",\"PassThrough\"]");
        for (String role : ROLES) {
            assertThat(actionsOf(role, Map.of("Tracing", tracing)).stream()
                            .anyMatch(action -> action.startsWith("xray:")))
                    .as(role + " for " + mode)
                    .isEqualTo(allowed);
        }
    }

    /** Otherwise every token of the issuer opens the door, whatever it was made for. */
    @ParameterizedTest
    @CsvSource({"'', '', 0", "https://issuer, '', 1", "https://issuer, client, 0"})
    void anIssuerNeedsAnAudience(String issuer, String audience, int broken) {
        assertThat(Template.of(Map.of("JwtIssuer", issuer, "JwtAudience", audience), Map.of())
                        .brokenRules())
                .hasSize(broken)
                .allMatch(message -> message.contains("JwtIssuer") && message.contains("JwtAudience"));
    }

    @ParameterizedTest
    @CsvSource({"'', '', 0", "scoring, '', 1", "scoring, shop-events, 0"})
    void whatIsForwardedComesFromAStream(String to, String from, int broken) {
        assertThat(Template.of(Map.of("ForwardTo", to, "ForwardFrom", from), Map.of())
                        .brokenRules())
                .hasSize(broken)
                .allMatch(message -> message.contains("ForwardTo") && message.contains("ForwardFrom"));
    }

    /** Otherwise the mapping could be made before the stream that it is to be from. */
    @ParameterizedTest
    @CsvSource({"IngestFunctionRecords, ''", "ForwardFunctionRecords, ''", "ForwardFunctionRecords, 3"})
    void aMappingWaitsForAStreamThatTheStackMakes(String name, String number) {
        JsonNode arn = RESOURCES.at("/" + name + number + "/Properties/EventSourceArn/!If");
        Map<String, String> parameters = new TreeMap<>(ALL);
        parameters.put("ForwardFrom3", "shop-events");

        assertThat(arn.get(0).asText()).isEqualTo("CreatesStream");
        assertThat(arn.get(1).toString()).contains("{\"!GetAtt\":\"Stream.Arn\"}");
        assertThat(Template.of(parameters, Map.of("Stream", "shop-events"))
                        .resource(name + number)
                        .at("/Properties/EventSourceArn")
                        .asText())
                .isEqualTo("arn:aws:kinesis:us-east-1:000000000000:stream/shop-events");
    }

    /** Without a stream to forward to there is nothing of it. */
    @Test
    void theForwardFunctionReadsWhatItForwardsAndPutsOntoNoOtherStream() {
        for (JsonNode statement : statements("ForwardRole", Map.of("ForwardFrom2", "payments"))) {
            String resource = statement.get("Resource").toString();
            boolean puts = statement.get("Action").toString().contains("kinesis:PutRecords");
            assertThat(puts).as(statement.toString()).isEqualTo(resource.contains(":stream/scoring"));
            assertThat(statement.get("Action").toString().contains("kinesis:GetRecords"))
                    .as(statement.toString())
                    .isEqualTo(resource.contains(":stream/shop-events") && resource.contains(":stream/payments"));
        }
        assertThat(Template.of(Map.of(), Map.of()).resources().keySet()).noneMatch(name -> name.startsWith("Forward"));
    }

    /** Whoever has no monitors has neither its function nor what goes with it. */
    @Test
    void withoutAScheduleNothingIsMonitored() {
        Set<String> with = Template.of(Map.of("MonitorSchedule", "rate(1 hour)"), Map.of())
                .resources()
                .keySet();
        Set<String> without = Template.of(Map.of(), Map.of()).resources().keySet();

        assertThat(without).noneMatch(name -> name.startsWith("Monitor"));
        assertThat(with)
                .filteredOn(name -> !without.contains(name))
                .containsExactlyInAnyOrder(
                        "MonitorFunction",
                        "MonitorRole",
                        "MonitorLog",
                        "MonitorMachine",
                        "MonitorMachineRole",
                        "MonitorFailed",
                        "MonitorErrors");
    }

    /** A change is told before it is remembered; what is told is what the function answers. */
    @Test
    void theMonitorsMachineTellsBeforeItRemembers() {
        JsonNode states = RESOURCES.at("/MonitorMachine/Properties/Definition/States");

        assertThat(states.at("/Look/Next").asText()).isEqualTo("HasChanged");
        assertThat(states.at("/HasChanged/Choices/0/Variable").asText()).isEqualTo("$.changes[0]");
        assertThat(states.at("/HasChanged/Choices/0/Next").asText()).isEqualTo("Tell");
        assertThat(states.at("/Tell/ItemsPath").asText()).isEqualTo("$.changes");
        assertThat(states.at("/Tell/ResultPath").asText())
                .as("the function is called with its own answer")
                .isEqualTo("$.told");
        assertThat(states.at("/Tell/Next").asText()).isEqualTo("Remember");
        assertThat(states.at("/Tell/Iterator/States/Put/Parameters/Entries/0/DetailType")
                        .asText())
                .isEqualTo("Tidemark Monitor");
        assertThat(states.at("/Remember/Resource").asText())
                .isEqualTo(states.at("/Look/Resource").asText());
    }

    /** Whoever trains nothing has nothing of it. */
    @Test
    void withoutAStepNothingIsTrained() {
        Set<String> with = Template.of(Map.of("TrainStepArn", TRAIN_FUNCTION), Map.of())
                .resources()
                .keySet();
        Set<String> without = Template.of(Map.of(), Map.of()).resources().keySet();

        assertThat(without).noneMatch(name -> name.startsWith("Train"));
        assertThat(with)
                .filteredOn(name -> !without.contains(name))
                .containsExactlyInAnyOrder(
                        "TrainFunction",
                        "TrainRole",
                        "TrainLog",
                        "TrainMachine",
                        "TrainMachineRole",
                        "TrainStartMachine",
                        "TrainStartMachineRole",
                        "TrainErrors",
                        "TrainingFailed",
                        "TrainingNotStarted");
    }

    /** What has happened is told before anything else is done, and what fails is told to the function, which ends the run. */
    @ParameterizedTest
    @ValueSource(strings = {TRAIN_FUNCTION, TRAIN_MACHINE})
    void theTrainingMachineDoesWhatTheFunctionSays(String step) {
        JsonNode states = trainingStates(step);

        assertThat(next(states, "Begin")).isEqualTo("Step");
        assertThat(next(states, "Step")).isEqualTo("Tell");
        assertThat(next(states, "Tell")).isEqualTo("WhatNext");
        Map<String, String> choices = new TreeMap<>();
        states.at("/WhatNext/Choices").forEach(choice -> {
            String variable = choice.get("Variable").asText();
            String comparison = variable.equals("$.next") ? "StringEquals" : "StringMatches";
            choices.put(
                    variable + " " + choice.get(comparison).asText(),
                    choice.get("Next").asText());
        });
        assertThat(choices)
                .isEqualTo(Map.of(
                        "$.next train", "Train",
                        "$.next wait", "Wait",
                        "$.next again", "Step",
                        "$.reason failed: *", "RunFailed"));
        assertThat(states.at("/WhatNext/Default").asText()).isEqualTo("Done");
        assertThat(next(states, "Train")).isEqualTo("Trained");
        assertThat(next(states, "Trained")).isEqualTo("Step");
        assertThat(next(states, "Wait")).isEqualTo("Step");
        for (String name : List.of("Step", "Train")) {
            assertThat(states.at("/" + name + "/Catch/0/Next").asText()).isEqualTo("Failed");
        }
        assertThat(next(states, "Failed")).isEqualTo("End");
        assertThat(next(states, "End")).as("what has failed is told, too").isEqualTo("Tell");
        assertThat(states.at("/End/Resource")).isEqualTo(states.at("/Step/Resource"));
        assertThat(states.at("/End").has("Catch"))
                .as("otherwise it would never end")
                .isFalse();
        for (String name : List.of("Train", "Tell", "Trained", "Failed")) {
            assertThat(states.at("/" + name + "/ResultPath").asText())
                    .as("after " + name + " the function is called with its own answer")
                    .startsWith("$.");
        }
    }

    @Test
    void aTrainingStepThatIsAFunctionIsCalledAndAMachineIsAwaited() {
        JsonNode called = trainingStates(TRAIN_FUNCTION).get("Train");
        JsonNode awaited = trainingStates(TRAIN_MACHINE).get("Train");

        assertThat(called.get("Resource").asText()).isEqualTo(TRAIN_FUNCTION);
        assertThat(called.get("InputPath").asText()).isEqualTo("$.train");
        assertThat(awaited.get("Resource").asText()).isEqualTo("arn:aws:states:::states:startExecution.sync:2");
        assertThat(awaited.at("/Parameters/StateMachineArn").asText()).isEqualTo(TRAIN_MACHINE);
        assertThat(awaited.at("/Parameters/Input.$").asText()).isEqualTo("$.train");
    }

    /** It may call the one step, and whatever Step Functions needs to await a machine (docs.aws.amazon.com, stepfunctions-iam). */
    @Test
    void theTrainingMachineMayRunTheStepAndNoOther() {
        assertThat(grants("TrainMachineRole", Map.of()))
                .isEqualTo(Map.of(
                        "lambda:InvokeFunction", Set.of("TrainFunction", TRAIN_FUNCTION),
                        "events:PutEvents", Set.of("arn:aws:events:us-east-1:000000000000:event-bus/default")));
        Map<String, Set<String>> awaiting = grants("TrainMachineRole", Map.of("TrainStepArn", TRAIN_MACHINE));
        String rule = "arn:aws:events:us-east-1:000000000000:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule";
        String executions = "arn:aws:states:us-east-1:000000000000:execution:train:*";

        assertThat(awaiting)
                .containsEntry("lambda:InvokeFunction", Set.of("TrainFunction"))
                .containsEntry("states:StartExecution", Set.of(TRAIN_MACHINE))
                .containsEntry("states:DescribeExecution", Set.of(executions))
                .containsEntry("states:StopExecution", Set.of(executions))
                .containsEntry("events:PutRule", Set.of(rule))
                .containsEntry("events:PutTargets", Set.of(rule))
                .containsEntry("events:DescribeRule", Set.of(rule))
                .hasSize(8);
        assertThat(grants("TrainStartMachineRole", Map.of()))
                .isEqualTo(Map.of(
                        "lambda:InvokeFunction", Set.of("TrainFunction"),
                        "states:StartExecution", Set.of("TrainMachine")));
    }

    /** What starts runs says what the machine reads. */
    @Test
    void scheduleAndMonitorStartTheTrainingMachine() {
        JsonNode starter = RESOURCES.at("/TrainStartMachine/Properties");
        JsonNode states = starter.at("/Definition/States");
        JsonNode pattern = starter.at("/Events/Monitored/Properties/Pattern");

        assertThat(texts(pattern.at("/detail/versions/cause")))
                .as("the causes that training may help with")
                .containsExactlyInAnyOrderElementsOf(Training.CAUSES);
        JsonNode told = RESOURCES.at(
                "/MonitorMachine/Properties/Definition/States/Tell/Iterator/States/Put/Parameters/Entries/0");
        assertThat(pattern.at("/source/0").asText())
                .isEqualTo(told.get("Source").asText())
                .isEqualTo(states.at("/WhoAsks/Choices/0/StringEquals").asText());
        assertThat(pattern.at("/detail-type/0").asText())
                .isEqualTo(told.get("DetailType").asText());
        assertThat(next(states, "MonitorAsks"))
                .isEqualTo(next(states, "ScheduleAsks"))
                .isEqualTo("Models");
        JsonNode selected = states.at("/Each/ItemSelector");
        assertThat(names(selected)).containsExactlyInAnyOrder("model.$", "cause.$", "at.$");
        assertThat(trainingStates(TRAIN_FUNCTION).at("/Begin/Parameters").toString())
                .contains("\"$.model\"", "\"$.cause\"", "\"$.at\"");
        assertThat(states.at("/Each/ItemProcessor/States/Start/Parameters/Input.$")
                        .asText())
                .isEqualTo("$");
        assertThat(starter.at("/DefinitionSubstitutions/Machine/!Ref").asText()).isEqualTo("TrainMachine");
    }

    /** Rules of a bucket's lifecycle have no wildcards. */
    @Test
    void runsExpireAndNeitherCutsNorTheTrainingLogDo() {
        JsonNode rules = Template.of(Map.of("RetainTrainingRunsDays", "7"), Map.of())
                .resource("Bucket")
                .at("/Properties/LifecycleConfiguration/Rules");
        Map<String, String> expiring = new TreeMap<>();
        rules.forEach(rule -> {
            if (rule.has("ExpirationInDays")) {
                expiring.put(
                        rule.get("Prefix").asText(),
                        rule.get("ExpirationInDays").asText());
            }
        });

        assertThat(expiring).isEqualTo(Map.of("runs/", "7"));
    }

    /** Snapshots are not to be had with so much storage, and a function that is called twice an hour needs none. */
    @Test
    void theTrainFunctionHasAJarOfItsOwnAndNoSnapshot() {
        JsonNode function = Template.of(ALL, Map.of()).resource("TrainFunction").get("Properties");

        assertThat(function.get("CodeUri").asText()).isEqualTo("../learning/target/tidemark-learning.jar");
        assertThat(function.at("/SnapStart/ApplyOn").asText()).isEqualTo("None");
        assertThat(function.at("/EphemeralStorage/Size").asInt()).isGreaterThan(512);
        assertThat(function.get("Timeout").asInt()).isEqualTo(900);
        assertThat(function.at("/Environment/Variables/" + Environment.TRAIN_STEP.variable())
                        .asText())
                .isEqualTo(TRAIN_FUNCTION);
    }

    private static JsonNode trainingStates(String step) {
        return Template.of(Map.of("TrainStepArn", step), Map.of())
                .resource("TrainMachine")
                .at("/Properties/Definition/States");
    }

    private static String next(JsonNode states, String name) {
        return states.at("/" + name + "/Next").asText();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** The resources by action. */
    private static Map<String, Set<String>> grants(String role, Map<String, String> parameters) {
        Map<String, Set<String>> grants = new TreeMap<>();
        for (JsonNode statement : statements(role, parameters)) {
            JsonNode action = statement.get("Action");
            for (String each : action.isArray() ? texts(action) : List.of(action.asText())) {
                grants.computeIfAbsent(each, key -> new TreeSet<>())
                        .add(statement.get("Resource").asText());
            }
        }
        return grants;
    }

    /** A function that looks for faults makes none. */
    @Test
    void theAuditFunctionWritesNothingButWhatLoggedVectorsShow() {
        assertThat(actions("AuditRole"))
                .filteredOn(action -> !action.startsWith("logs:") && !action.startsWith("xray:"))
                .containsOnly(
                        "dynamodb:GetItem",
                        "dynamodb:Query",
                        "dynamodb:Scan",
                        "s3:GetObject",
                        "s3:ListBucket",
                        "s3:PutObject");
        for (JsonNode statement : statements("AuditRole")) {
            String resource = statement.get("Resource").toString();
            boolean writes = statement.get("Action").toString().contains("s3:PutObject");
            assertThat(writes).as(statement.toString()).isEqualTo(resource.contains("/vectors/*"));
            boolean scans = statement.get("Action").toString().contains("dynamodb:Scan");
            assertThat(scans).as(statement.toString()).isEqualTo(resource.contains("StateTable"));
            if (statement.get("Sid").asText().equals("ReadThePast")) {
                assertThat(resource)
                        .contains("/archive/*", "/checkpoint/*", "/redrive/*")
                        .doesNotContain("quarantine");
            }
        }
    }

    @Test
    void theIngestRoleMayAskForIdsOfAncestorsAndWhetherTheirShardsAreDrained() {
        assertThat(actions("IngestRole"))
                .contains("kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords");
        List<String> ofItems = new ArrayList<>();
        for (JsonNode statement : statements("IngestRole")) {
            if (statement.get("Sid").asText().equals("FoldItems")) {
                statement.get("Action").forEach(action -> ofItems.add(action.asText()));
            }
        }
        assertThat(ofItems)
                .containsExactlyInAnyOrder(
                        "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query");
    }

    @ParameterizedTest
    @FieldSource("ROLES")
    void noActionIsAWildcardAndOnlyWhatKnowsNoResourcesNamesNone(String role) {
        assertThat(actions(role)).isNotEmpty().noneMatch(action -> action.contains("*"));
        for (JsonNode statement : statements(role)) {
            if (!List.of("Trace", "CheckMapping").contains(statement.get("Sid").asText())) {
                assertThat(statement.get("Resource").toString())
                        .as(statement.toString())
                        .isNotEqualTo("\"*\"");
            }
        }
    }

    @Test
    void onlyTheCompactFunctionDeletesFromTheArchive() {
        for (String name : names(RESOURCES)) {
            if (name.endsWith("Role") && RESOURCES.get(name).get("Properties").has("Policies")) {
                for (JsonNode statement : statements(name)) {
                    boolean deletes = statement.get("Action").toString().contains("s3:Delete");
                    boolean inArchive = statement.get("Resource").toString().contains("/archive/");
                    assertThat(deletes && inArchive)
                            .as(name + " " + statement)
                            .isEqualTo(statement.path("Sid").asText().equals("MergeSegments"));
                }
            }
        }
        assertThat(actions("CompactRole")).noneMatch(action -> action.startsWith("dynamodb:"));
    }

    /** Athena finds by these what {@link S3Archive#key} and the format of segments make. */
    @Test
    void theArchiveTableIsWhatTheArchiveHolds() {
        JsonNode table =
                Template.of(Map.of(), Map.of()).resource("ArchiveTable").at("/Properties/TableInput");
        Lane lane = new Lane("arn:aws:kinesis:us-east-1:123456789012:stream/shop", 1, "shardId-000000000001");
        RawRecord record = new RawRecord(new Position("7", 0), 1_767_229_200_000L, "k", new byte[0]);

        String key = S3Archive.key(new Archive.Segment(lane, Position.ORIGIN, 0, List.of(record)));

        String location = table.at("/Parameters/storage.location.template").asText();
        String format = table.at("/Parameters/projection.hour.format").asText();
        String hour = DateTimeFormatter.ofPattern(format, Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli(record.arrivalMillis()));
        assertThat("s3://Bucket/" + key)
                .startsWith(location.replace("${stream}", "shop").replace("${hour}", hour));
        List<String> columns = new ArrayList<>();
        table.at("/StorageDescriptor/Columns")
                .forEach(column -> columns.add(column.get("Name").asText()));
        assertThat(columns).containsExactly("seq", "sub", "arrival", "key", "data", "data_base64");
    }

    /** SAM says nothing of a parameter that the template does not have until it deploys. */
    @Test
    void everyEnvironmentSetsOnlyParametersThatThereAre() throws IOException {
        String config = Files.readString(INFRA.resolve("samconfig.toml"));
        Matcher override = Pattern.compile("^ +\"(\\w+)=", Pattern.MULTILINE).matcher(config);

        List<String> set = new ArrayList<>();
        while (override.find()) {
            set.add(override.group(1));
        }
        assertThat(config).contains("[dev.deploy", "[staging.deploy", "[prod.deploy", "Environment=prod");
        assertThat(set).isNotEmpty().allMatch(TEMPLATE.get("Parameters")::has);
    }

    @Test
    void theExampleCatalogIsValidAndReadsTheStreamsOfTheStack() throws IOException {
        String text = Files.readString(INFRA.resolve("catalog/tidemark/catalog.yaml"));

        Catalog catalog = new CatalogCompiler().compile(text);

        assertThat(String.join(",", catalog.streams()))
                .isEqualTo(Template.of(Map.of(), Map.of()).output("Streams"));
        assertThat(RESOURCES.at("/Catalog/Properties/ContentUri").asText()).isEqualTo("catalog/");
        assertThat(Environment.CATALOG.in(Map.of())).isEqualTo("/opt/tidemark/catalog.yaml");
        assertThat(TEMPLATE.at("/Globals/Function/Environment/Variables/" + Environment.CATALOG.variable())
                        .asText())
                .isEqualTo("/opt/tidemark/catalog.yaml");
    }

    private static List<String> keys(JsonNode list, String type) {
        List<String> keys = new ArrayList<>();
        list.forEach(key ->
                keys.add(key.get("AttributeName").asText() + " " + key.get(type).asText()));
        return keys;
    }

    private static List<JsonNode> statements(String role) {
        return statements(role, Map.of());
    }

    private static List<JsonNode> statements(String role, Map<String, String> parameters) {
        List<JsonNode> statements = new ArrayList<>();
        Map<String, String> all = new TreeMap<>(ALL);
        all.putAll(parameters);
        Template.of(all, Map.of())
                .resource(role)
                .at("/Properties/Policies")
                .forEach(policy -> policy.at("/PolicyDocument/Statement").forEach(statements::add));
        return statements;
    }

    private static List<String> actions(String role) {
        return actionsOf(role, Map.of());
    }

    private static List<String> actionsOf(String role, Map<String, String> parameters) {
        List<String> actions = new ArrayList<>();
        for (JsonNode statement : statements(role, parameters)) {
            JsonNode action = statement.get("Action");
            if (action.isArray()) {
                action.forEach(one -> actions.add(one.asText()));
            } else {
                actions.add(action.asText());
            }
        }
        return actions;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** A client that notes the tables it should create and never answers. */
    private static DynamoDbAsyncClient recorder(Map<String, CreateTableRequest> created) {
        return (DynamoDbAsyncClient) Proxy.newProxyInstance(
                TemplateTest.class.getClassLoader(),
                new Class<?>[] {DynamoDbAsyncClient.class},
                (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof CreateTableRequest request) {
                        created.put(request.tableName(), request);
                        return new CompletableFuture<>();
                    }
                    throw new AssertionError("not expected: " + method);
                });
    }
}
