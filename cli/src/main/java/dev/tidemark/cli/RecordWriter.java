package dev.tidemark.cli;

import dev.tidemark.aws.AwsClients;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** Puts records in full requests; what Kinesis turns down for now is sent again, in order among itself. */
final class RecordWriter implements AutoCloseable {

    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_ROUNDS = 20;
    private static final long PAUSE_MILLIS = 100;

    /** For one request with all its retries: long for a slow line, short for somebody who waits at a prompt. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AwsClients clients;
    private final KinesisAsyncClient kinesis;
    private final String target;
    private final String stream;
    private List<PutRecordsRequestEntry> pending = new ArrayList<>();
    private long pendingBytes;
    private long written;

    RecordWriter(KinesisEndpoint endpoint, String stream) {
        this.clients = endpoint.clients();
        this.kinesis = clients.kinesis();
        this.target = endpoint.toString();
        this.stream = stream;
    }

    /** A partition key for events without one of their own: equal events go to one shard. */
    static String hashKey(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void add(String partitionKey, byte[] data) {
        if (pending.size() == MAX_RECORDS || pendingBytes + data.length > MAX_BYTES) {
            flush();
        }
        pending.add(PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .build());
        pendingBytes += data.length;
    }

    void flush() {
        for (int round = 0; !pending.isEmpty(); round++) {
            if (round == MAX_ROUNDS) {
                throw new Failure(pending.size() + " events were turned down " + MAX_ROUNDS + " times by stream "
                        + stream + " (" + written + " were put): give the stream more shards, or send more slowly");
            }
            pause(round);
            pending = refused(put());
        }
        pendingBytes = 0;
    }

    long written() {
        return written;
    }

    private PutRecordsResponse put() {
        try {
            return kinesis.putRecords(request -> request.streamName(stream)
                            .records(pending)
                            .overrideConfiguration(call -> call.apiCallTimeout(PATIENCE)))
                    .join();
        } catch (CompletionException e) {
            throw new Failure("cannot put events on stream " + stream + " at " + target + ": " + reason(e) + soFar());
        }
    }

    private static String reason(CompletionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof ResourceNotFoundException) {
            return "it has no such stream; the catalog's sources name the streams that `tidemark run` makes";
        }
        if (cause instanceof AwsServiceException refusal) {
            AwsErrorDetails details = refusal.awsErrorDetails();
            @Nullable String message = details == null ? null : details.errorMessage();
            return "status " + refusal.statusCode() + " (" + (message == null ? "without a message" : message)
                    + "); is this the right endpoint?";
        }
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "no answer (" + (cause == null ? failure : cause).getMessage()
                + "); start it with `tidemark run`, or name another endpoint with --endpoint";
    }

    private String soFar() {
        return written == 0 ? "" : "\n" + Plural.of(written, "event") + " were put before, and perhaps more";
    }

    private List<PutRecordsRequestEntry> refused(PutRecordsResponse response) {
        List<PutRecordsRequestEntry> again = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            if (response.records().get(i).errorCode() != null) {
                again.add(pending.get(i));
            }
        }
        written += pending.size() - again.size();
        return again;
    }

    private static void pause(int round) {
        if (round > 0) {
            try {
                Thread.sleep(PAUSE_MILLIS * round);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Failure("interrupted while waiting to send again");
            }
        }
    }

    @Override
    public void close() {
        clients.close();
    }
}
