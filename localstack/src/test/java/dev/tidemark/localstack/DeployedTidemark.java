package dev.tidemark.localstack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import dev.tidemark.aws.AwsClients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudformation.CloudFormationAsyncClient;
import software.amazon.awssdk.services.cloudformation.model.Output;
import software.amazon.awssdk.services.cloudformation.model.StackResource;

/** LocalStack as {@code compose.yaml} starts it, with the stack that {@code deploy.py} creates when it is ready. */
final class DeployedTidemark implements AutoCloseable {

    private static final String STACK = "tidemark";
    private static final String CATALOG_VOLUME = "tidemark-catalog";
    private static final Region REGION = Region.US_EAST_1;
    /** Long enough to pull the image of Lambda's runtime. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private final LocalStackContainer container;
    private final String volume;
    private final Map<String, String> outputs;
    private final Map<String, String> resources;

    private DeployedTidemark(
            LocalStackContainer container, String volume, Map<String, String> outputs, Map<String, String> resources) {
        this.container = container;
        this.volume = volume;
        this.outputs = outputs;
        this.resources = resources;
    }

    /**
     * @param catalogFolder holds catalog.yaml
     * @param parameters of the template, as a JSON object
     */
    static DeployedTidemark start(Path composeFolder, Path catalogFolder, String parameters)
            throws IOException, InterruptedException {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("TIDEMARK_CATALOG", catalogFolder.toString());
        variables.put("TIDEMARK_PARAMETERS", parameters);
        ComposeFile compose = ComposeFile.read(composeFolder, variables);
        // Of its own, so that a LocalStack that runs beside the test keeps its catalog.
        String volume = CATALOG_VOLUME + "-" + UUID.randomUUID();
        LocalStackContainer container = new LocalStackContainer(
                DockerImageName.parse(compose.image()).asCompatibleSubstituteFor("localstack/localstack"));
        compose.environment().forEach((name, value) -> container.withEnv(name, value.replace(CATALOG_VOLUME, volume)));
        container.setBinds(binds(compose, volume));
        // LocalStack starts slowly on a busy machine.
        container.withStartupTimeout(PATIENCE);
        try {
            container.start();
            awaitDeployment(container);
            return described(container, volume);
        } catch (Throwable e) {
            System.err.println(container.getLogs());
            stop(container, volume);
            throw e;
        }
    }

    private static List<Bind> binds(ComposeFile compose, String volume) {
        List<Bind> binds = new ArrayList<>();
        for (Bind bind : compose.binds()) {
            boolean isCatalog = bind.getPath().equals("catalog");
            binds.add(isCatalog ? new Bind(volume, new Volume(bind.getVolume().getPath()), AccessMode.rw) : bind);
        }
        return binds;
    }

    private static void awaitDeployment(LocalStackContainer container) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(container.getEndpoint().resolve("/_localstack/init/ready"))
                .build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        JsonNode stage;
        do {
            Thread.sleep(500);
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            stage = new ObjectMapper().readTree(answer.body());
        } while (!stage.path("completed").asBoolean() && System.nanoTime() < deadline);
        String state = stage.path("scripts").path(0).path("state").asText();
        if (!state.equals("SUCCESSFUL")) {
            throw new IllegalStateException(
                    "infra/template.yaml was not deployed (" + stage + "); LocalStack's log has the reason");
        }
    }

    private static DeployedTidemark described(LocalStackContainer container, String volume) {
        try (CloudFormationAsyncClient cloudFormation = configured(
                        CloudFormationAsyncClient.builder(), container.getEndpoint())
                .build()) {
            Map<String, String> outputs =
                    cloudFormation
                            .describeStacks(request -> request.stackName(STACK))
                            .join()
                            .stacks()
                            .get(0)
                            .outputs()
                            .stream()
                            .collect(Collectors.toMap(Output::outputKey, Output::outputValue));
            Map<String, String> resources =
                    cloudFormation
                            .describeStackResources(request -> request.stackName(STACK))
                            .join()
                            .stackResources()
                            .stream()
                            .collect(Collectors.toMap(
                                    StackResource::logicalResourceId, StackResource::physicalResourceId));
            return new DeployedTidemark(container, volume, outputs, resources);
        }
    }

    private static <B extends AwsClientBuilder<B, ?>> B configured(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint).region(REGION).credentialsProvider(CREDENTIALS);
    }

    /** A client's builder, set to this LocalStack. */
    <B extends AwsClientBuilder<B, ?>> B configured(B builder) {
        return configured(builder, container.getEndpoint());
    }

    AwsClients clients() {
        return AwsClients.of(
                Map.of(
                        "AWS_REGION",
                        REGION.id(),
                        "AWS_ENDPOINT_URL",
                        container.getEndpoint().toString()),
                CREDENTIALS);
    }

    /** Through the gateway, by the address that works without a name server. */
    URI api() {
        String id = URI.create(output("ApiUrl")).getHost().split("\\.", -1)[0];
        return container.getEndpoint().resolve("/_aws/execute-api/" + id + "/live");
    }

    String output(String name) {
        return present(outputs, name);
    }

    /** Name or ARN of a resource of the stack. */
    String resource(String logicalId) {
        return present(resources, logicalId);
    }

    private static String present(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the stack has no " + name + ", but " + values.keySet());
        }
        return value;
    }

    /** What a shell needs in its environment for the {@code tidemark} command with {@code --aws}. */
    Map<String, String> shellEnvironment() {
        return Map.of(
                "AWS_ENDPOINT_URL", container.getEndpoint().toString(),
                "AWS_REGION", REGION.id(),
                "AWS_ACCESS_KEY_ID", "test",
                "AWS_SECRET_ACCESS_KEY", "test",
                "TIDEMARK_BUCKET", output("Bucket"),
                "TIDEMARK_STATE_TABLE", output("StateTable"),
                "TIDEMARK_CONTROL_TABLE", output("ControlTable"));
    }

    @Override
    public void close() {
        stop(container, volume);
    }

    /** With the containers of functions, which LocalStack takes minutes to remove, and the volume that they mount. */
    private static void stop(LocalStackContainer container, String volume) {
        boolean isCreated = container.getContainerId() != null;
        container.stop();
        if (isCreated) {
            DockerClient docker = DockerClientFactory.instance().client();
            docker.listContainersCmd()
                    .withShowAll(true)
                    .withVolumeFilter(List.of(volume))
                    .exec()
                    .forEach(function -> docker.removeContainerCmd(function.getId())
                            .withForce(true)
                            .exec());
            docker.removeVolumeCmd(volume).exec();
        }
    }
}
