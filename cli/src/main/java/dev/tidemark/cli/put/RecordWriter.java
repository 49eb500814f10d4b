package dev.tidemark.cli.put;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.Sha256;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KmsThrottlingException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * Puts records in full requests. Records of one partition key reach the stream in the order in which they are added: a
 * request holds only one per key, because Kinesis may refuse a record and accept a later one of the same request.
 * Refused records are sent again. Not thread-safe.
 */
public final class RecordWriter implements AutoCloseable {

    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 4 << 20;

    /** How many records may wait for a request that has room for their keys. */
    private static final int MAX_WAITING = 4 * MAX_RECORDS;

    private static final int MAX_WAITING_BYTES = 4 * MAX_BYTES;

    /** How many requests in a row may be refused completely. */
    private static final int MAX_VAIN = 20;

    private static final long PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 3_000;

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int INTERNAL_ERROR = 500;

    /** For one request with all its retries: long enough for a slow line, short enough at a prompt. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final KinesisAsyncClient kinesis;
    private final Runnable onClose;
    private final String target;
    private final String stream;
    private final LongConsumer pause;
    private final Map<String, Position> last = new HashMap<>();
    private List<PutRecordsRequestEntry> waiting = new ArrayList<>();
    private long waitingBytes;
    private long written;
    private int vain;

    public RecordWriter(KinesisEndpoint endpoint, String stream) {
        this(endpoint.clients(), endpoint.toString(), stream);
    }

    private RecordWriter(AwsClients clients, String target, String stream) {
        this(clients.kinesis(), target, stream, RecordWriter::sleep, clients::close);
    }

    /**
     * @param target where that is, for messages
     * @param pause waits so many milliseconds
     */
    RecordWriter(KinesisAsyncClient kinesis, String target, String stream, LongConsumer pause, Runnable onClose) {
        this.kinesis = kinesis;
        this.target = target;
        this.stream = stream;
        this.pause = pause;
        this.onClose = onClose;
    }

    /** A partition key for events without one of their own: equal events go to one shard. */
    static String hashKey(byte[] data) {
        return Sha256.hex(data).substring(0, 32);
    }

    public void add(String partitionKey, byte[] data) {
        waiting.add(PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .build());
        waitingBytes += data.length;
        while (waiting.size() >= MAX_WAITING || waitingBytes > MAX_WAITING_BYTES) {
            send();
        }
    }

    /** Returns when everything that was added is on the stream. */
    public void flush() {
        while (!waiting.isEmpty()) {
            send();
        }
    }

    /** How many records are on the stream, as Kinesis said. */
    long written() {
        return written;
    }

    /** Where the last record stands in each shard that took one. */
    Map<String, Position> last() {
        return last;
    }

    private void send() {
        List<PutRecordsRequestEntry> rest = new ArrayList<>();
        List<PutRecordsRequestEntry> request = next(rest);
        List<PutRecordsRequestEntry> refused = new ArrayList<>();
        String reason = put(request, refused);
        vain = refused.size() < request.size() ? 0 : vain + 1;
        waiting = merged(request, refused, rest);
        if (vain == MAX_VAIN) {
            throw new Failure("stream " + stream + " turned the same " + Plural.of(refused.size(), "event") + " down "
                    + vain + " times (" + reason + "): give it more shards, or send more slowly" + soFar());
        }
        if (!refused.isEmpty()) {
            pause.accept(Math.min(MAX_PAUSE_MILLIS, PAUSE_MILLIS << Math.min(vain, 5)));
        }
    }

    /**
     * The first record of each key, as far as one request holds them.
     *
     * @param rest takes the others
     */
    private List<PutRecordsRequestEntry> next(List<PutRecordsRequestEntry> rest) {
        List<PutRecordsRequestEntry> request = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        long bytes = 0;
        for (PutRecordsRequestEntry record : waiting) {
            int size = record.data().asByteArrayUnsafe().length
                    + record.partitionKey().length();
            boolean fits = request.isEmpty() || (request.size() < MAX_RECORDS && bytes + size <= MAX_BYTES);
            if (keys.add(record.partitionKey()) && fits) {
                request.add(record);
                bytes += size;
            } else {
                rest.add(record);
            }
        }
        return request;
    }

    /** Refused records go before unsent ones, so each key keeps its order. */
    private List<PutRecordsRequestEntry> merged(
            List<PutRecordsRequestEntry> request,
            List<PutRecordsRequestEntry> refused,
            List<PutRecordsRequestEntry> rest) {
        for (PutRecordsRequestEntry sent : request) {
            waitingBytes -= sent.data().asByteArrayUnsafe().length;
        }
        for (PutRecordsRequestEntry again : refused) {
            waitingBytes += again.data().asByteArrayUnsafe().length;
        }
        List<PutRecordsRequestEntry> merged = new ArrayList<>(refused);
        merged.addAll(rest);
        return merged;
    }

    /**
     * Sends one request.
     *
     * @param refused takes the records that are not on the stream
     * @return why the first of them was refused; empty if none was
     */
    private String put(List<PutRecordsRequestEntry> request, List<PutRecordsRequestEntry> refused) {
        try {
            PutRecordsResponse response = kinesis.putRecords(call -> call.streamName(stream)
                            .records(request)
                            .overrideConfiguration(settings -> settings.apiCallTimeout(PATIENCE)))
                    .join();
            return take(request, response.records(), refused);
        } catch (CompletionException e) {
            if (e.getCause() instanceof AwsServiceException refusal && isForNow(refusal)) {
                refused.addAll(request);
                return message(refusal);
            }
            throw new Failure("cannot put events on stream " + stream + " at " + target + ": " + reason(e)
                    + (isUnknown(e.getCause()) ? unknown(request.size()) : "") + soFar());
        }
    }

    private String take(
            List<PutRecordsRequestEntry> request,
            List<PutRecordsResultEntry> results,
            List<PutRecordsRequestEntry> refused) {
        if (results.size() != request.size()) {
            throw new Failure("stream " + stream + " at " + target + " answered for " + results.size() + " of "
                    + Plural.of(request.size(), "event") + ": is this the right endpoint?" + unknown(request.size())
                    + soFar());
        }
        String reason = "";
        for (int i = 0; i < request.size(); i++) {
            PutRecordsResultEntry result = results.get(i);
            if (result.errorCode() != null) {
                refused.add(request.get(i));
                reason = reason.isEmpty() ? result.errorCode() + ": " + result.errorMessage() : reason;
            } else {
                written++;
                last.merge(result.shardId(), new Position(result.sequenceNumber(), 0), Position::max);
            }
        }
        return reason;
    }

    /** Whether the whole request may be sent again, because none of it is on the stream. */
    private static boolean isForNow(AwsServiceException refusal) {
        return refusal.isThrottlingException()
                || refusal.statusCode() == TOO_MANY_REQUESTS
                || refusal instanceof ProvisionedThroughputExceededException
                || refusal instanceof LimitExceededException
                || refusal instanceof KmsThrottlingException;
    }

    /** Without an answer, and after an error inside Kinesis, the records may be on the stream. */
    private boolean isUnknown(@Nullable Throwable cause) {
        if (cause instanceof AwsServiceException refusal) {
            return refusal.statusCode() >= INTERNAL_ERROR;
        }
        return written > 0 || cause == null || !(root(cause) instanceof ConnectException);
    }

    private static String unknown(int records) {
        return "\nWhether " + Plural.of(records, "event") + " of the last request "
                + (records == 1 ? "is" : "are") + " on the stream is not known: what is put again may count twice, "
                + "unless the views drop duplicates";
    }

    private static String reason(CompletionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof ResourceNotFoundException) {
            return "it has no such stream; the catalog's sources name the streams that `tidemark run` makes";
        }
        if (cause instanceof AwsServiceException refusal) {
            return "status " + refusal.statusCode() + " (" + message(refusal) + "); is this the right endpoint?";
        }
        return "no answer (" + root(cause == null ? failure : cause).getMessage()
                + "); start it with `tidemark run`, or name another endpoint with --endpoint";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String message(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        @Nullable String message = details == null ? null : details.errorMessage();
        return message == null ? "without a message" : message;
    }

    private String soFar() {
        return "\n" + Plural.of(written, "event") + (written == 1 ? " is" : " are") + " on the stream";
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted while waiting to send again");
        }
    }

    @Override
    public void close() {
        onClose.run();
    }
}
