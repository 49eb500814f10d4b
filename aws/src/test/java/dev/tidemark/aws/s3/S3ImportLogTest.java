package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3ImportLogTest {

    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

    private final String bucket = "imports-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3ImportLog log = new S3ImportLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    private static final long SEAM = 1_700_000_000_000L;

    private static Manifest manifest(long number, long timeMillis) {
        return new Manifest(
                number,
                timeMillis,
                "shop",
                ARN,
                new Seam(SEAM, 2_000),
                List.of(new File("s3://wh/orders/a.parquet", 12_345, "a".repeat(64))),
                "{\"format\":\"parquet\"}",
                SameId.DROP,
                List.of(new Part(0, 3, "b".repeat(64)), new Part(2, 70_000, "c".repeat(64))));
    }

    @Test
    void isWrittenAndReadAsFrozen() throws IOException {
        String golden;
        try (InputStream in = S3ImportLogTest.class.getResourceAsStream("import-1.json")) {
            assertThat(in).isNotNull();
            golden = new String(in.readAllBytes(), UTF_8);
        }

        Manifest manifest = manifest(17, 1_700_000_010_000L);
        assertThat(new String(S3ImportLog.write(manifest), UTF_8)).isEqualTo(golden);
        assertThat(S3ImportLog.read("imports/0000000017.json", golden.getBytes(UTF_8)))
                .isEqualTo(manifest);
        assertThatThrownBy(() -> S3ImportLog.read("imports/0000000018.json", golden.getBytes(UTF_8)))
                .hasMessageContaining("moved or copied");
    }

    @Test
    void areNumberedAndNeverChange() {
        assertThat(log.known().join()).isZero();
        assertThat(log.append(manifest(1, SEAM + 5)).join()).isTrue();
        assertThat(log.append(manifest(1, SEAM + 5)).join())
                .as("again, since the answer was lost")
                .isTrue();
        assertThat(log.append(manifest(1, SEAM + 6)).join()).as("another one").isFalse();
        assertThat(log.append(manifest(2, SEAM + 6)).join()).isTrue();
        assertThat(log.known().join()).isEqualTo(2);
        assertThat(log.read(1).join()).isEqualTo(manifest(1, SEAM + 5));
    }

    @Test
    void i4SegmentsOfImportsAreListedWhateverArrivalsAreAskedFor() {
        S3Archive archive = new S3Archive(s3, bucket, Backoff.system());
        Lane lane = Lane.ofImport(ARN, 1_700_000_000_000L, 3, 0);
        RawRecord old = new RawRecord(new Position("1", 0), 1_000_000_000_000L, "ann", "{}".getBytes(UTF_8));
        Segment segment = new Segment(lane, Position.ORIGIN, 0, List.of(old));
        archive.append(segment).join();

        for (long hour : new long[] {0, 1_000_000_000_000L, 1_700_000_000_000L, 1_800_000_000_000L}) {
            List<SegmentRef> found = archive.list("s", hour, hour + 1).join().segments();
            assertThat(found).hasSize(1);
            assertThat(found.get(0).hourStartMillis()).isEqualTo(1_699_999_200_000L);
            assertThat(archive.read(found.get(0)).join().records())
                    .extracting(RawRecord::position)
                    .containsExactly(old.position());
        }
        assertThat(archive.list("s", Long.MIN_VALUE, Long.MAX_VALUE).join().segments())
                .hasSize(1);
    }
}
