package dev.tidemark.simulation.cloud;

import dev.tidemark.kinesis.Streams;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The services of one run, and the clients that talk to them. */
public final class Cloud {

    /** As set for the product's clients. */
    private static final int READ_ATTEMPTS = 4;

    private static final int RETRIED_WRITE_ATTEMPTS = 3;

    private final Engine engine;
    private final DynamoState dynamo;
    private final FakeS3.Bucket objects;
    private final Streams streams;
    private final String stream;
    private final Network faulty;

    /** Sees every object that is stored. */
    @FunctionalInterface
    public interface ObjectWatcher {

        void stored(String key, byte[] body);
    }

    /**
     * @param tables by name
     * @param objects sees every object that is stored
     * @param shorten makes positions readable in traces
     */
    public Cloud(
            Engine engine,
            Map<String, Table> tables,
            ObjectWatcher objects,
            Streams streams,
            String stream,
            UnaryOperator<String> shorten) {
        this.engine = engine;
        this.dynamo = new DynamoState(tables, shorten);
        this.objects = new FakeS3.Bucket(objects);
        this.streams = streams;
        this.stream = stream;
        this.faulty = new FaultyNetwork(engine);
    }

    /** One process's clients, over the network. */
    public Clients clients(Caller caller) {
        boolean retriesWrites = engine.strikes(Dial.SDK_RETRIES);
        return new Clients(
                new FakeDynamoDb(dynamo, engine, faulty, caller, READ_ATTEMPTS),
                new FakeDynamoDb(dynamo, engine, faulty, caller, retriesWrites ? RETRIED_WRITE_ATTEMPTS : 1),
                new FakeS3(objects, engine, faulty, caller),
                new FakeKinesis(streams, stream, engine, faulty, caller));
    }

    /** A client whose requests are answered at once, and truly. */
    public DynamoDbAsyncClient direct() {
        return directClients().dynamoDb();
    }

    /** Clients whose requests are answered at once, and truly. */
    public Clients directClients() {
        Network network = new Direct();
        Caller reader = new Reader();
        FakeDynamoDb dynamoDb = new FakeDynamoDb(dynamo, engine, network, reader, 1);
        return new Clients(
                dynamoDb,
                dynamoDb,
                new FakeS3(objects, engine, network, reader),
                new FakeKinesis(streams, stream, engine, network, reader));
    }

    /** A further table, which nobody watches. */
    public void createTable(String name) {
        dynamo.create(name, new Table((old, item) -> {}));
    }

    /**
     * @param dynamoDbWrites for conditional writes; the others are for reads
     */
    public record Clients(
            DynamoDbAsyncClient dynamoDb,
            DynamoDbAsyncClient dynamoDbWrites,
            S3AsyncClient s3,
            KinesisAsyncClient kinesis) {}

    private static final class Direct implements Network {

        @Override
        public <T> CompletableFuture<T> send(Caller caller, Call<T> call, int maxAttempts) {
            try {
                return CompletableFuture.completedFuture(call.effect().apply(1));
            } catch (SdkException refusal) {
                return CompletableFuture.failedFuture(refusal);
            }
        }
    }

    private static final class Reader implements Caller {

        @Override
        public String name() {
            return "reader";
        }

        @Override
        public boolean isAlive() {
            return true;
        }

        @Override
        public void crash() {
            throw new IllegalStateException("what reads at the end does not crash");
        }
    }
}
