package dev.tidemark.aws.kinesis;

import dev.tidemark.aws.Backoff;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Puts records onto a stream. One that Kinesis refuses, and one whose answer is lost, is put again, so that a record may
 * be there several times: whoever reads them takes the copies for one. Thread-safe.
 */
public final class KinesisPuts {

    /** Limits of one call: 500 records, and 5 MiB with their keys. */
    private static final int MAX_RECORDS = 500;

    private static final long MAX_BYTES = 4 << 20;

    private static final System.Logger LOG = System.getLogger(KinesisPuts.class.getName());

    private final KinesisAsyncClient kinesis;
    private final Backoff backoff;
    private final InstantSource clock;

    /** @param kinesis a client that does not retry */
    public KinesisPuts(KinesisAsyncClient kinesis, Backoff backoff, InstantSource clock) {
        this.kinesis = kinesis;
        this.backoff = backoff;
        this.clock = clock;
    }

    /**
     * Puts records, those of the first call before those of the next.
     *
     * @param stream its name, in the client's account and region
     * @param entries each at most 1 MiB with its key
     * @param stopAtMillis after this no call is made
     * @return how many are there, from the first on; some of the others may be there, too. Never exceptional
     */
    public CompletableFuture<Integer> put(String stream, List<PutRecordsRequestEntry> entries, long stopAtMillis) {
        return next(stream, entries, 0, stopAtMillis);
    }

    private CompletableFuture<Integer> next(
            String stream, List<PutRecordsRequestEntry> entries, int from, long stopAtMillis) {
        if (from == entries.size()) {
            return CompletableFuture.completedFuture(from);
        }
        int end = end(entries, from);
        List<Integer> call = IntStream.range(from, end).boxed().toList();
        return put(stream, entries, call, 0, stopAtMillis)
                .thenCompose(left -> left.isEmpty()
                        ? next(stream, entries, end, stopAtMillis)
                        : CompletableFuture.completedFuture(left.get(0)));
    }

    private static int end(List<PutRecordsRequestEntry> entries, int from) {
        long bytes = 0;
        int end = from;
        while (end < entries.size() && end - from < MAX_RECORDS) {
            bytes += bytes(entries.get(end));
            if (bytes > MAX_BYTES && end > from) {
                break;
            }
            end++;
        }
        return end;
    }

    private static long bytes(PutRecordsRequestEntry entry) {
        return entry.data().asByteArrayUnsafe().length
                + (long) entry.partitionKey().getBytes(StandardCharsets.UTF_8).length;
    }

    /** @return which of them are not known to be there, in order */
    private CompletableFuture<List<Integer>> put(
            String stream, List<PutRecordsRequestEntry> entries, List<Integer> call, int failures, long stopAtMillis) {
        if (failures == Backoff.MAX_ATTEMPTS || clock.millis() >= stopAtMillis) {
            return CompletableFuture.completedFuture(call);
        }
        List<PutRecordsRequestEntry> records = call.stream().map(entries::get).toList();
        return kinesis.putRecords(request -> request.streamName(stream).records(records))
                .handle((response, failure) -> left(stream, call, response, failure))
                .thenCompose(left -> left.isEmpty()
                        ? CompletableFuture.completedFuture(left)
                        : backoff.pause(failures + 1)
                                .thenCompose(waited -> put(stream, entries, left, failures + 1, stopAtMillis)));
    }

    private static List<Integer> left(
            String stream, List<Integer> call, @Nullable PutRecordsResponse response, @Nullable Throwable failure) {
        if (response == null) {
            LOG.log(
                    Level.WARNING,
                    "{0} records may not have been put onto stream {1}: {2}",
                    call.size(),
                    stream,
                    String.valueOf(failure));
            return call;
        }
        List<Integer> left = new ArrayList<>();
        String refusal = "";
        for (int i = 0; i < call.size(); i++) {
            PutRecordsResultEntry result = response.records().get(i);
            if (result.errorCode() != null) {
                left.add(call.get(i));
                refusal = result.errorCode() + ": " + result.errorMessage();
            }
        }
        if (!left.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "{0} of {1} records were not put onto stream {2}, such as for {3}",
                    left.size(),
                    call.size(),
                    stream,
                    refusal);
        }
        return left;
    }
}
