package dev.tidemark.functions;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.kinesis.KinesisTail;
import dev.tidemark.core.serve.WaitingCache;
import java.time.InstantSource;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** The streams of a deployment, which are asked whether records wait in them. */
public final class AskedStreams {

    private AskedStreams() {}

    /** Never asks if the deployment forbids it. */
    public static WaitingCache of(Deployment deployment, AwsClients clients, InstantSource clock) {
        int seconds = Environment.ASK_STREAM_SECONDS.numberIn(deployment.environment());
        if (seconds == 0) {
            return WaitingCache.none();
        }
        KinesisAsyncClient kinesis = clients.kinesisOnce();
        return new WaitingCache(
                new KinesisTail(
                        kinesis,
                        new KinesisStreams(kinesis, clock),
                        KinesisTail.PATIENCE,
                        deployment.catalogs()::packingOf),
                seconds * 1_000L);
    }
}
