package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import dev.tidemark.core.stream.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3ReferenceLogTest {

    private final String bucket = "references-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3ReferenceLog log = new S3ReferenceLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    private static Manifest manifest(long number, long publishedMillis, byte[] rows) {
        return new Manifest(
                "items",
                number,
                publishedMillis,
                publishedMillis + 600_000,
                600_000,
                Map.of("category", Reference.Type.TEXT, "list_price", Reference.Type.NUMBER),
                2,
                rows.length,
                Sha256.hex(rows));
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = S3ReferenceLogTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @Test
    void isWrittenAndReadAsFrozen() throws IOException {
        SnapshotRows rows = new SnapshotRows();
        rows.add("i2", new Snapshot.Row(Snapshot.ALWAYS, Map.of()));
        rows.add(
                "i1",
                new Snapshot.Row(
                        1_767_225_600_000L, Map.of("list_price", new BigDecimal("12.5"), "category", "shoes")));
        byte[] stored = golden("reference-rows-1.jsonl");
        assertThat(new String(rows.write(), UTF_8)).isEqualTo(new String(stored, UTF_8));
        assertThat(SnapshotRows.read(stored)).isEqualTo(SnapshotRows.read(rows.write()));

        Manifest manifest = manifest(17, 1_700_000_000_000L, stored);
        byte[] sealed = golden("reference-1.json");
        assertThat(new String(S3ReferenceLog.write(manifest), UTF_8)).isEqualTo(new String(sealed, UTF_8));
        assertThat(S3ReferenceLog.read(S3ReferenceLog.key("items", 17), sealed)).isEqualTo(manifest);
        assertThatThrownBy(() -> S3ReferenceLog.read(S3ReferenceLog.key("items", 16), sealed))
                .hasMessageContaining("it was moved or copied");
    }

    @Test
    void areNumberedAndNeverChange() {
        byte[] rows = "{}\n".getBytes(UTF_8);
        assertThat(log.last("items", 0).join()).isZero();
        log.storeRows("items", Sha256.hex(rows), rows).join();
        log.storeRows("items", Sha256.hex(rows), rows).join();
        Manifest first = manifest(1, 5, rows);
        assertThat(log.append(first).join()).isTrue();
        assertThat(log.append(first).join())
                .as("again, since the answer was lost")
                .isTrue();
        assertThat(log.append(manifest(1, 6, rows)).join()).as("another one").isFalse();
        assertThat(log.append(manifest(2, 6, rows)).join()).isTrue();

        assertThat(log.last("items", 0).join()).isEqualTo(2);
        assertThat(log.last("items", 1).join()).isEqualTo(2);
        assertThat(log.last("items", 2).join()).isEqualTo(2);
        assertThat(log.last("item", 0).join()).as("another reference").isZero();
        assertThat(log.read("items", 1).join()).isEqualTo(first);
        assertThat(log.rows(first).join()).isEqualTo(rows);
    }

    @Test
    void rowsThatAreDamagedAreNotRead() {
        byte[] rows = "{}\n".getBytes(UTF_8);
        Manifest manifest = manifest(1, 5, "{ }\n".getBytes(UTF_8));
        log.storeRows("items", manifest.sha256(), rows).join();
        assertThatThrownBy(() -> log.rows(manifest).join())
                .hasMessageContaining("its content does not have the checksum that its name states");
        s3.putObject(
                        request -> request.bucket(bucket).key(S3ReferenceLog.rowsKey("items", manifest.sha256())),
                        AsyncRequestBody.fromBytes(new byte[] {1, 2, 3, 4, 5}))
                .join();
        assertThatThrownBy(() -> log.rows(manifest).join()).hasMessageContaining("restore the object");
    }
}
