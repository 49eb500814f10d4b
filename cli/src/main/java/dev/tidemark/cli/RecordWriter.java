package dev.tidemark.cli;

import dev.tidemark.aws.AwsClients;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** Puts records in full requests; what Kinesis turns down for now is sent again, in order among itself. */
final class RecordWriter implements AutoCloseable {

    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_ROUNDS = 20;
    private static final long PAUSE_MILLIS = 100;

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
            return kinesis.putRecords(request -> request.streamName(stream).records(pending))
                    .join();
        } catch (CompletionException e) {
            throw new Failure("cannot put events on stream " + stream + " at " + target + ": "
                    + (e.getCause() == null ? e : e.getCause()).getMessage()
                    + "\nIs it running (tidemark run), and is the stream's name right? "
                    + written + " events were put before; the last request may have been too");
        }
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
