package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.event.RegisteredSchema;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3SchemaStoreTest {

    private static final RegisteredSchema SCHEMA = RegisteredSchema.of("a1", "{\"type\": \"ü\"}");
    private static final RegisteredSchema REFUSED = RegisteredSchema.refused("a1", "unknown");

    private final String bucket = "schemas-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3SchemaStore store = new S3SchemaStore(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    @Test
    void theFirstIsKept() {
        assertThat(store.read("a1").join()).isEmpty();
        assertThat(store.keep(SCHEMA).join()).isEqualTo(SCHEMA);
        assertThat(store.keep(REFUSED).join()).isEqualTo(SCHEMA);
        assertThat(store.read("a1").join()).contains(SCHEMA);
        assertThat(store.read("a").join()).isEmpty();
    }

    @Test
    void isWrittenAndReadAsFrozen() {
        String sealed = """
                {"format":1,"schema":"a1","refused":"unknown"}
                {"sha256":"SEAL"}
                """;
        byte[] written = S3SchemaStore.write(REFUSED);
        assertThat(new String(written, UTF_8).replaceAll("[0-9a-f]{64}", "SEAL"))
                .isEqualTo(sealed);
        assertThat(new String(S3SchemaStore.write(SCHEMA), UTF_8))
                .startsWith("{\"format\":1,\"schema\":\"a1\",\"text\":\"{\\\"type\\\": \\\"ü\\\"}\"}\n");
        assertThat(S3SchemaStore.read("schemas/a1.json", written)).isEqualTo(REFUSED);
        assertThatThrownBy(() -> S3SchemaStore.read("schemas/a2.json", written))
                .hasMessageContaining("it was moved or copied");
    }
}
