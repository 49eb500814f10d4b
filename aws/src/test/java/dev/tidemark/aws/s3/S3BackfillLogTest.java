package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.store.BackfillLog.Plan;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3BackfillLogTest {

    private static final String LANE = "0123456789ab.000000000001";
    private static final String VERSION = "0123456789abcdef";
    private static final Position ACT = new Position("49590338271490256608559692538361571095921575989136588898", 3);
    private static final Plan PLAN = new Plan(
            "g1",
            "viewer",
            VERSION,
            Map.of(
                    LANE,
                    ACT,
                    "0123456789ab.000000000002",
                    new Position("49590338271490256608559692538361571095921575989136588999", 0)));
    private static final Done DONE = new Done(LANE, ACT, 1_316, 1_700_000_009_999L);

    private final String bucket = "backfill-" + UUID.randomUUID();
    private final S3AsyncClient s3 = LocalAws.clients().s3();
    private final S3BackfillLog log = new S3BackfillLog(s3, bucket, Backoff.system());

    @BeforeEach
    void createBucket() {
        s3.createBucket(request -> request.bucket(bucket)).join();
    }

    @Test
    void objectsAreStoredAsFrozen() throws IOException {
        String plan = frozen("backfill-plan-1.json");
        String done = frozen("backfill-done-1.json");

        assertThat(new String(S3BackfillLog.write(PLAN), UTF_8)).isEqualTo(plan);
        assertThat(new String(S3BackfillLog.write(DONE), UTF_8)).isEqualTo(done);
        assertThat(S3BackfillLog.readPlan(S3BackfillLog.planKey("g1", VERSION), plan.getBytes(UTF_8)))
                .isEqualTo(PLAN);
        assertThat(S3BackfillLog.readDone(S3BackfillLog.doneKey("g1", VERSION, LANE), done.getBytes(UTF_8)))
                .isEqualTo(DONE);
    }

    @Test
    void theFirstPlanHolds() {
        assertThat(log.propose(PLAN).join()).isEqualTo(PLAN);
        Plan later = new Plan("g1", "viewer", VERSION, Map.of());

        assertThat(log.propose(later).join()).isEqualTo(PLAN);
        Plan restored = new Plan("g2", "viewer", VERSION, Map.of());
        assertThat(log.propose(restored).join()).as("another generation").isEqualTo(restored);
    }

    @Test
    void lanesAreNotedOnce() {
        log.propose(PLAN).join();
        assertThat(log.done("g1", VERSION).join()).isEmpty();

        log.finish("g1", VERSION, DONE).join();
        log.finish("g1", VERSION, new Done(LANE, ACT, 1, 1)).join();

        assertThat(log.done("g1", VERSION).join()).isEqualTo(Map.of(LANE, DONE));
        assertThat(log.done("g2", VERSION).join()).isEmpty();
    }

    @Test
    void whatWasChangedOrMovedIsNamed() {
        String key = S3BackfillLog.planKey("g1", VERSION);
        byte[] plan = S3BackfillLog.write(PLAN);
        byte[] half = new String(plan, UTF_8).substring(0, plan.length / 2).getBytes(UTF_8);

        assertThatThrownBy(() -> S3BackfillLog.readPlan(key, half))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(key);
        assertThatThrownBy(() -> S3BackfillLog.readPlan(key, "[]".getBytes(UTF_8)))
                .hasMessageContaining("no JSON object");
        assertThatThrownBy(() -> S3BackfillLog.readPlan(
                        key,
                        new String(plan, UTF_8)
                                .replace("\"format\":1", "\"format\":2")
                                .getBytes(UTF_8)))
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> S3BackfillLog.readPlan(S3BackfillLog.planKey("g2", VERSION), plan))
                .hasMessageContaining("moved or copied");
        assertThatThrownBy(() -> S3BackfillLog.readDone(
                        S3BackfillLog.doneKey("g1", VERSION, "another"), S3BackfillLog.write(DONE)))
                .hasMessageContaining("moved or copied");
    }

    private static String frozen(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(S3BackfillLogTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8).strip();
        }
    }
}
