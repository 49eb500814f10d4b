package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3TrainingLogTest {

    private static final String MODEL = "discount";
    private static final long TIME = 1_700_000_000_000L;
    private static final String HASH = "0123456789abcdef";
    private static final String SHA256 = "a".repeat(64);
    private static final Candidate WITH_SUM = new Candidate("v8", HASH, "s3://models/discount/8", SHA256);
    private static final Candidate WITHOUT_SUM = new Candidate("v7", HASH, "models/7.pkl", null);
    private static final Champion BEFORE = new Champion(WITHOUT_SUM, "r0000000000000001", 4, 0, 4, TIME - 5);

    /** One of each, with and without what may be missing. */
    private static final List<Entry> ENTRIES = List.of(
            new Started(1, TIME, "r1", HASH, 17, 20_000, SHA256, "drift", TIME - 1, "arn:aws:states:…:x", BEFORE),
            new Started(2, TIME, "r2", HASH, 18, 0, SHA256, "operator", TIME, "local", null),
            new SetMade(3, TIME + 1, "r1", "s3://b/training-set.json", SHA256, 812, "s3://b/profile.json.gz"),
            new Judged(
                    4,
                    TIME + 2,
                    "r1",
                    WITH_SUM,
                    true,
                    List.of(new Finding("rows", true, "812 rows"), new Finding("ece", true, "0.01 ≤ 0.03"))),
            new Judged(5, TIME + 3, "r1", WITHOUT_SUM, false, List.of(new Finding("leaks", false, "3 labels"))),
            new Promoted(6, TIME + 4, "r1", WITH_SUM, 4, 86_400_000, "it passed"),
            new RolledBack(7, TIME + 5, "r1", BEFORE, "\"worse\""),
            new RolledBack(8, TIME + 6, "r1", null, "worse"),
            new Ended(9, TIME + 7, "r1", End.WATCHED, "nothing was wrong"));

    private final String bucket = "training-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3TrainingLog log = new S3TrainingLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    private static Entry ended(long number, String reason) {
        return new Ended(number, TIME, "r1", End.FAILED, reason);
    }

    @Test
    void entriesAreWrittenAndReadAsFrozen() throws IOException {
        String golden;
        try (InputStream in = S3TrainingLogTest.class.getResourceAsStream("training-log-1.json")) {
            assertThat(in).isNotNull();
            golden = new String(in.readAllBytes(), UTF_8);
        }

        assertThat(ENTRIES.stream()
                        .map(entry -> new String(TrainingLogJson.write(MODEL, entry), UTF_8))
                        .collect(Collectors.joining()))
                .isEqualTo(golden);
        String[] lines = golden.split("\n", -1);
        for (int i = 0; i < ENTRIES.size(); i++) {
            byte[] entry = (lines[2 * i] + "\n" + lines[2 * i + 1] + "\n").getBytes(UTF_8);
            assertThat(TrainingLogJson.read("the key", MODEL, entry)).isEqualTo(ENTRIES.get(i));
        }
    }

    @Test
    void everyKindOfEndIsRead() {
        for (End end : End.values()) {
            Entry entry = new Ended(1, TIME, "r1", end, "");
            assertThat(TrainingLogJson.read("the key", MODEL, TrainingLogJson.write(MODEL, entry)))
                    .isEqualTo(entry);
        }
    }

    @Test
    void entriesAreNumberedAndNeverChange() {
        assertThat(log.last(MODEL, 0).join()).isZero();
        assertThat(log.append(MODEL, ended(1, "a")).join()).isTrue();
        assertThat(log.append(MODEL, ended(1, "a")).join())
                .as("again, since the answer was lost")
                .isTrue();
        assertThat(log.append(MODEL, ended(1, "b")).join()).as("another one").isFalse();
        assertThat(log.append(MODEL, ended(2, "b")).join()).isTrue();
        assertThat(log.append(MODEL, ended(3, "c")).join()).isTrue();
        assertThat(log.append("discounts", ended(1, "d")).join()).isTrue();

        assertThat(log.last(MODEL, 0).join()).isEqualTo(3);
        assertThat(log.last(MODEL, 2).join()).isEqualTo(3);
        assertThat(log.last(MODEL, 3).join()).isEqualTo(3);
        assertThat(log.last("discounts", 0).join()).isEqualTo(1);
        assertThat(log.read(MODEL, 1).join()).isEqualTo(ended(1, "a"));
        assertThatThrownBy(() -> log.read(MODEL, 4).join()).hasMessageContaining("key");
    }

    @Test
    void ofManyAtOnceOneHasTheNumber() {
        List<CompletableFuture<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            racers.add(log.append(MODEL, ended(1, "racer " + i)));
        }
        List<Boolean> stored = racers.stream().map(CompletableFuture::join).toList();

        assertThat(stored).containsOnlyOnce(true);
        assertThat(log.read(MODEL, 1).join()).isEqualTo(ended(1, "racer " + stored.indexOf(true)));
    }

    @Test
    void aMissingEntryIsNotPassedOver() {
        for (int number = 1; number <= 3; number++) {
            log.append(MODEL, ended(number, "a")).join();
        }
        s3.deleteObject(request -> request.bucket(bucket).key(S3TrainingLog.key(MODEL, 2)))
                .join();

        for (long after : new long[] {0, 1}) {
            assertThatThrownBy(() -> log.last(MODEL, after).join())
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("training/discount/log/0000000002.json is missing");
        }
    }

    @Test
    void everyChangedByteIsNoticed() {
        byte[] whole = TrainingLogJson.write(MODEL, ENTRIES.get(0));
        // The line feed at the end says nothing.
        for (int i = 0; i < whole.length - 1; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> TrainingLogJson.read("the key", MODEL, damaged))
                    .as("byte " + i)
                    .isInstanceOf(InvalidObjectException.class);
        }
        assertInvalid(1, Arrays.copyOf(whole, whole.length / 2), "0000000001.json cannot be read: it is cut off");
        assertInvalid(2, whole, "holds entry 1: it was moved or copied");
        assertInvalid(1, TrainingLogJson.write("other", ENTRIES.get(0)), "of model other: it was moved or copied");
        byte[] foreign = SealedJson.write(out -> {
            out.writeStringField("model", MODEL);
            out.writeNumberField("number", 1);
            out.writeNumberField("time", 1);
            out.writeStringField("entry", "erased");
        });
        assertInvalid(1, foreign, "an entry 'erased' is not known");
    }

    private void assertInvalid(long number, byte[] bytes, String message) {
        s3.putObject(
                        request -> request.bucket(bucket).key(S3TrainingLog.key(MODEL, number)),
                        AsyncRequestBody.fromBytes(bytes))
                .join();
        assertThatThrownBy(() -> log.read(MODEL, number).join())
                .hasCauseInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
    }
}
