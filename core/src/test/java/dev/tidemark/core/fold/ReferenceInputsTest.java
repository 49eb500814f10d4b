package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.store.InMemoryReferenceLog;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** X1, from the reader's side: when a list is read again. */
class ReferenceInputsTest {

    private static final long NOW = 1_790_000_000_000L;
    private static final long LEAD = 60_000;

    private final InMemoryReferenceLog log = new InMemoryReferenceLog();
    private long nowMillis = NOW;
    private final ReferenceInputs inputs = new ReferenceInputs(log, () -> nowMillis);

    @BeforeEach
    void publishFirst() {
        append(1, NOW - 1_000);
    }

    private void append(long number, long effectiveMillis) {
        log.rows.put("rows", "{\"key\":\"i1\",\"values\":{}}\n".getBytes(StandardCharsets.UTF_8));
        log.append(new Manifest("items", number, effectiveMillis, effectiveMillis, LEAD, Map.of(), 1, 26, "rows"))
                .join();
    }

    private List<Long> numbers(long fromMillis, long toMillis) {
        return Objects.requireNonNull(inputs.effective(List.of("items"), fromMillis, toMillis)
                        .join()
                        .get("items"))
                .list()
                .stream()
                .map(Snapshot::number)
                .toList();
    }

    @Test
    void aListDecidesHalfOfTheLeadFurther() {
        numbers(NOW, NOW);
        nowMillis += 10 * LEAD;
        numbers(NOW - 100 * LEAD, NOW + LEAD / 2);
        assertThat(log.lists).as("however late it is").isEqualTo(1);
        append(2, NOW + LEAD / 2 + 1);
        assertThat(numbers(NOW, NOW + LEAD / 2 + 1)).containsExactly(1L, 2L);
        assertThat(log.lists).isEqualTo(2);
    }

    @Test
    void onlyWhatIsEffectiveInTheStretchIsBrought() {
        append(2, NOW + 10);
        append(3, NOW + 20);
        append(4, NOW + 20);
        append(5, NOW + 30);
        assertThat(numbers(NOW, NOW + 9)).containsExactly(1L);
        assertThat(numbers(NOW + 10, NOW + 10)).containsExactly(2L);
        assertThat(numbers(NOW + 15, NOW + 29)).containsExactly(2L, 3L, 4L);
        assertThat(numbers(NOW + 20, NOW + 29))
                .as("of two at one moment the last")
                .containsExactly(4L);
    }

    @Test
    void withoutASnapshotNothingIsDecided() {
        assertThatThrownBy(() -> inputs.effective(List.of("shops"), NOW, NOW).join())
                .hasMessageContaining(
                        "reference 'shops' has no snapshot, so nothing can be looked up in it: publish one");
    }

    @Test
    void aClockThatIsFarBehindIsNoReasonToGuess() {
        assertThatThrownBy(() -> numbers(NOW, NOW + LEAD / 2 + 1)).hasMessageContaining("correct the clock");
    }

    @Test
    void afterAFailureItIsTriedAgain() {
        log.isDown = true;
        assertThatThrownBy(() -> numbers(NOW, NOW)).hasMessageContaining("does not answer");
        log.isDown = false;
        assertThat(numbers(NOW, NOW)).containsExactly(1L);
    }
}
