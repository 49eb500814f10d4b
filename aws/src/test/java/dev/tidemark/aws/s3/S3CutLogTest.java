package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3CutLogTest {

    private static final Lane LANE =
            new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/s", 1_700_000_000_000L, "shardId-000000000007");
    private static final String VIEW = "0123456789abcdef";
    private static final Position LAST = new Position("49590338271490256608559692538361571095921575989136588898", 3);
    private static final LaneRow ROW = new LaneRow(
            LANE,
            12,
            LAST,
            1_316,
            1_700_000_009_999L,
            "g2",
            Map.of(VIEW, new Position("49590338271490256608559692538361571095921575989136588000", 0)),
            Map.of(VIEW, new ViewCounts(816, 0, 0, 0, 0, Map.of())),
            Map.of("630ab8ed7d40.000000000001", 1_700_000_000_001L),
            false,
            true,
            Map.of(VIEW, new WarmUp(1_700_000_005_000L, LAST)));

    private final String bucket = "cuts-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3CutLog log = new S3CutLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    private static Cut cut(String model, long number, long madeMillis) {
        return new Cut(model, "a".repeat(64), "b".repeat(64), number, madeMillis, List.of(ROW), 3);
    }

    @Test
    void isWrittenAndReadAsFrozen() throws IOException {
        Cut cut = cut("discount", 17, 1_700_000_010_000L);
        String golden;
        try (InputStream in = S3CutLogTest.class.getResourceAsStream("cut-1.json")) {
            assertThat(in).isNotNull();
            golden = new String(in.readAllBytes(), UTF_8);
        }

        assertThat(new String(S3CutLog.write(cut), UTF_8)).isEqualTo(golden);
        assertThat(S3CutLog.read("cuts/discount/0000000017.json", golden.getBytes(UTF_8)))
                .isEqualTo(cut);
    }

    @Test
    void areNumberedAndNeverChange() {
        assertThat(log.last("discount").join()).isZero();
        assertThat(log.append(cut("discount", 1, 5)).join()).isTrue();
        assertThat(log.append(cut("discount", 1, 5)).join())
                .as("again, since the answer was lost")
                .isTrue();
        assertThat(log.append(cut("discount", 1, 6)).join()).as("another one").isFalse();
        assertThat(log.append(cut("discount", 2, 6)).join()).isTrue();
        assertThat(log.append(cut("discounts", 1, 7)).join()).isTrue();

        assertThat(log.last("discount").join()).isEqualTo(2);
        assertThat(log.last("discounts").join()).isEqualTo(1);
        assertThat(log.read("discount", 1).join()).isEqualTo(cut("discount", 1, 5));
        assertThatThrownBy(() -> log.read("discount", 3).join()).hasMessageContaining("key");
    }

    @Test
    void aMissingCutIsNotPassedOver() {
        log.append(cut("discount", 1, 5)).join();
        log.append(cut("discount", 2, 5)).join();
        s3.deleteObject(request -> request.bucket(bucket).key(S3CutLog.key("discount", 1)))
                .join();

        assertThatThrownBy(() -> log.last("discount").join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cuts/discount/0000000001.json is missing");
    }

    @Test
    void everyChangedByteIsNoticed() {
        byte[] whole = S3CutLog.write(cut("discount", 1, 5));
        String key = S3CutLog.key("discount", 1);
        // The line feed at the end says nothing.
        for (int i = 0; i < whole.length - 1; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> S3CutLog.read(key, damaged))
                    .as("byte " + i)
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining("cuts/discount/0000000001.json cannot be read");
        }
        assertInvalid(key, Arrays.copyOf(whole, whole.length / 2), "cut off");
        assertInvalid(S3CutLog.key("discount", 2), whole, "moved or copied");
    }

    private void assertInvalid(String key, byte[] bytes, String message) {
        s3.putObject(request -> request.bucket(bucket).key(key), AsyncRequestBody.fromBytes(bytes))
                .join();
        long number = Long.parseLong(key.replaceAll("\\D", ""));
        assertThatThrownBy(() -> log.read("discount", number).join())
                .hasCauseInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
    }
}
