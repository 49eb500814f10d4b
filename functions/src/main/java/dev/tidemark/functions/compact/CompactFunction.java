package dev.tidemark.functions.compact;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.core.archive.Compactor;
import dev.tidemark.core.store.ArchiveStore;
import dev.tidemark.functions.Deployment;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;

/**
 * The handler that a schedule calls to compact the archive. The next run does what one leaves, and two at once do no
 * harm, so it needs no state. It throws if S3 does not answer or if it has found damage, so that the function's error
 * count shows it.
 */
public final class CompactFunction implements RequestHandler<Map<String, Object>, Void> {

    /** No merge is started with less time left: the largest takes seconds. */
    private static final int RESERVE_MILLIS = 120_000;

    private final ArchiveStore archive;
    private final Set<String> streams;
    private final JsonCompactionLog log;
    private final InstantSource clock;

    /** For Lambda: everything from the environment. */
    public CompactFunction() {
        this(Deployment.onLambda());
    }

    /** For another deployment; everything else is as on Lambda. */
    public CompactFunction(Deployment deployment) {
        this(
                new S3Archive(deployment.clients().s3(), deployment.value(Environment.BUCKET), Backoff.system()),
                deployment.catalogs().streams(),
                new JsonCompactionLog(System.out, System::currentTimeMillis),
                InstantSource.system());
    }

    /** @param streams those whose archive is compacted */
    CompactFunction(ArchiveStore archive, Set<String> streams, JsonCompactionLog log, InstantSource clock) {
        this.archive = archive;
        this.streams = Set.copyOf(streams);
        this.log = log;
        this.clock = clock;
    }

    @Override
    @SuppressWarnings("NullAway") // The handler has no answer, which is a null for Lambda.
    public Void handleRequest(Map<String, Object> input, Context context) {
        CompactRequest request = CompactRequest.of(input);
        long nowMillis = clock.millis();
        int damaged = 0;
        for (String stream : streams.stream().sorted().toList()) {
            var compactor = new Compactor(
                    archive, request.settings(), () -> context.getRemainingTimeInMillis() < RESERVE_MILLIS);
            var report = compactor
                    .run(stream, nowMillis - request.lookBackMillis(), nowMillis)
                    .join();
            log.compacted(stream, report);
            damaged += report.damage().size();
        }
        if (damaged > 0) {
            throw new IllegalStateException("The archive is damaged in " + damaged + " places; the log names them."
                    + " Nothing of them was deleted. `tidemark archive verify` says what to do.");
        }
        return null;
    }
}
