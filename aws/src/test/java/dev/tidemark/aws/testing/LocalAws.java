package dev.tidemark.aws.testing;

import dev.tidemark.aws.AwsClients;
import java.net.URI;
import java.util.Map;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/** One DynamoDB and one S3 in memory for all tests of this JVM; tests keep apart by table and bucket names. */
public final class LocalAws {

    public static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));

    private static final LocalAws INSTANCE = new LocalAws();

    private final URI dynamoDb;
    private final URI s3;
    private final AwsClients clients;

    private LocalAws() {
        try {
            dynamoDb = startDynamoDb();
            s3 = startS3();
        } catch (Exception e) {
            throw new IllegalStateException("the embedded AWS services did not start", e);
        }
        clients = AwsClients.of(
                Map.of(
                        "AWS_REGION", "us-east-1",
                        "AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString(),
                        "AWS_ENDPOINT_URL_S3", s3.toString()),
                CREDENTIALS);
    }

    /** The clients that {@link AwsClients} makes, pointed at the embedded services. */
    public static AwsClients clients() {
        return INSTANCE.clients;
    }

    public static URI dynamoDbEndpoint() {
        return INSTANCE.dynamoDb;
    }

    public static URI s3Endpoint() {
        return INSTANCE.s3;
    }

    /** Without ServerRunner, whose classes want the clients of DynamoDB Local's telemetry. */
    private static URI startDynamoDb() throws Exception {
        var requests = new LocalDynamoDBRequestHandler(0, true, null, true, false);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new ContextHandler(new LocalDynamoDBServerHandler(requests, null), "/"));
        server.start();
        return URI.create("http://127.0.0.1:" + connector.getLocalPort());
    }

    private static URI startS3() throws Exception {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(new TransientNio2BlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.NONE, null, null)
                .ignoreUnknownHeaders(true)
                .build();
        proxy.start();
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }
}
