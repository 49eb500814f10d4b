package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor.TrainingSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Training sets in S3; QualityReadsTest has those beside the catalog. */
class BaselinesTest {

    private static final String PROFILE = "{\"sha256\":\"00\",\"rows\":0,\"columns\":{}}";

    private final Bucket bucket = new Bucket();
    private final Baselines baselines = Baselines.of(Path.of("nowhere", "catalog.yaml"), new S3Reader(() -> bucket));

    /** Hands out what is asked for, and refuses what is not there as S3 does who may not list. */
    private static final class Bucket implements S3AsyncClient {

        private final Map<String, byte[]> objects = new HashMap<>();
        private final List<GetObjectRequest> requests = new ArrayList<>();

        @Override
        @SuppressWarnings("unchecked")
        public <T> CompletableFuture<T> getObject(
                GetObjectRequest request, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
            requests.add(request);
            byte[] found = objects.get(request.bucket() + "/" + request.key());
            if (found == null) {
                return CompletableFuture.failedFuture(S3Exception.builder()
                        .statusCode(403)
                        .message("Access Denied")
                        .build());
            }
            int last = Integer.parseInt(request.range().substring("bytes=0-".length()));
            byte[] part = Arrays.copyOf(found, (int) Math.min(found.length, last + 1L));
            return CompletableFuture.completedFuture(
                    (T) ResponseBytes.fromByteArray(GetObjectResponse.builder().build(), part));
        }

        @Override
        public String serviceName() {
            return "s3";
        }

        @Override
        public void close() {}
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        return zipped.toByteArray();
    }

    private Unanswerable refusal(String path) {
        return Objects.requireNonNull(
                catchThrowableOfType(Unanswerable.class, () -> baselines.read(new TrainingSet(path))));
    }

    @Test
    void aFolderOrTheFileItselfIsReadOnce() throws IOException {
        bucket.objects.put("models/sets/a/profile.json.gz", zipped(PROFILE.getBytes(StandardCharsets.UTF_8)));

        for (String path : List.of(
                "s3://models/sets/a",
                "s3://models/sets/a/",
                "s3://models/sets/a/profile.json.gz",
                "s3://models/sets/a")) {
            assertThat(baselines.read(new TrainingSet(path)))
                    .extracting(TrainingProfile::sha256)
                    .isEqualTo("00");
        }
        assertThat(bucket.requests).hasSize(1);
    }

    @Test
    void whatIsNotThereIsNamedAndAskedForAgain() throws IOException {
        Unanswerable missing = refusal("s3://models/sets/a");

        assertThat(missing.describe())
                .isEqualTo(
                        "the baseline 's3://models/sets/a' cannot be read: there is no such object, or it may not be read");
        assertThat(missing.remedy()).contains("MonitorBaselines", "arn:aws:s3:::models/sets/a/profile.json.gz");
        bucket.objects.put("models/sets/a/profile.json.gz", zipped(PROFILE.getBytes(StandardCharsets.UTF_8)));
        assertThat(baselines.read(new TrainingSet("s3://models/sets/a"))).isNotNull();
    }

    @Test
    void noMoreThanAProfileIsRead() throws IOException {
        bucket.objects.put("models/large.gz", new byte[Baselines.MAX_BYTES + 2]);
        bucket.objects.put("models/bomb.gz", zipped(new byte[Baselines.MAX_BYTES + 1]));
        bucket.objects.put("models/text.gz", zipped("[]".getBytes(StandardCharsets.UTF_8)));

        assertThat(refusal("s3://models/large.gz").describe()).contains("more than 33554432 bytes");
        assertThat(bucket.requests.get(0).range()).isEqualTo("bytes=0-" + Baselines.MAX_BYTES);
        assertThat(refusal("s3://models/bomb.gz").describe()).contains("more than 33554432 bytes");
        assertThat(refusal("s3://models/text.gz").describe()).contains("it is no profile of a training set");
    }
}
