package dev.tidemark.serve;

import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.Tables;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.CloudFormationClientBuilder;
import software.amazon.awssdk.services.cloudformation.model.Output;
import software.amazon.awssdk.services.cloudformation.model.Parameter;

/** Asks CloudFormation what a stack of infra/template.yaml tells its query function. */
final class Stack {

    private static final String FIRST_GENERATION = Environment.GENERATION.in(Map.of());

    /** Variables that are parameters of the template. */
    private static final Map<Environment, String> PARAMETERS = Map.of(
            Environment.GENERATION, "Generation",
            Environment.REPLAY_MAX_BYTES, "ReplayMaxBytes",
            Environment.COSTLY_PERCENT, "CostlyPercent",
            Environment.ASK_STREAM_SECONDS, "AskStreamSeconds");

    private final Map<String, String> environment;

    /** @param environment where region and endpoint are looked up; credentials are found as every AWS SDK finds them */
    Stack(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @throws CannotServe if there is no such stack of the template */
    Map<String, String> variables(String name) {
        software.amazon.awssdk.services.cloudformation.model.Stack stack;
        try (CloudFormationClient client = client()) {
            stack = client.describeStacks(request -> request.stackName(name))
                    .stacks()
                    .get(0);
        } catch (SdkException e) {
            throw new CannotServe("cannot serve: the stack '" + name + "' cannot be described (" + e.getMessage()
                    + "): check the name and $AWS_REGION, and whether cloudformation:DescribeStacks is allowed");
        }
        Map<String, String> parameters = stack.parameters().stream()
                .collect(Collectors.toMap(Parameter::parameterKey, Parameter::parameterValue));
        Map<String, String> outputs =
                stack.outputs().stream().collect(Collectors.toMap(Output::outputKey, Output::outputValue));
        Map<String, String> variables = new HashMap<>();
        PARAMETERS.forEach(
                (variable, parameter) -> variables.put(variable.variable(), value(name, parameters, parameter)));
        String generation = value(name, parameters, "Generation");
        boolean isFirst = generation.equals(FIRST_GENERATION);
        variables.put(
                Environment.STATE_TABLE.variable(),
                isFirst ? value(name, outputs, "StateTable") : Tables.stateOf(generation));
        variables.put(
                Environment.CONTROL_TABLE.variable(),
                isFirst ? value(name, outputs, "ControlTable") : Tables.controlOf(generation));
        variables.put(Environment.BUCKET.variable(), value(name, outputs, "Bucket"));
        return variables;
    }

    private static String value(String stack, Map<String, String> values, String key) {
        @Nullable String value = values.get(key);
        if (value == null) {
            throw new CannotServe("cannot serve: the stack '" + stack + "' has no " + key
                    + ", so it is none of infra/template.yaml: give the name of the one that is");
        }
        return value;
    }

    private CloudFormationClient client() {
        CloudFormationClientBuilder builder =
                CloudFormationClient.builder().httpClientBuilder(AwsCrtHttpClient.builder());
        @Nullable String region = environment.get("AWS_REGION");
        if (region != null) {
            builder.region(Region.of(region));
        }
        @Nullable String endpoint = environment.get("AWS_ENDPOINT_URL_CLOUDFORMATION");
        if (endpoint != null) {
            builder.endpointOverride(URI.create(endpoint));
        }
        return builder.build();
    }
}
