package dev.tidemark.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures that are to be compared must be of the same events. */
class SampleEventsTest {

    @Test
    void theEventsAreTheSameEveryTime() {
        List<byte[]> events = SampleEvents.json(100_000);

        assertThat(new String(events.get(99_999), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"event_id\":\"5d546f0fb8072b4c\",\"type\":\"cart\",\"ts\":\"2026-01-31T10:01:39.999Z\","
                                + "\"user_id\":\"u38\",\"item_id\":\"i610\",\"price\":287.67,\"currency\":\"EUR\",\"quantity\":2}");
    }

    @Test
    void theFirstUserHasOneEventInEleven() {
        long ofTheFirst = SampleEvents.json(100_000).stream()
                .filter(event -> new String(event, StandardCharsets.UTF_8).contains("\"user_id\":\"u0\""))
                .count();

        // One in the sum of 1/1 to 1/50,000, which is 11.4; three standard deviations.
        assertThat(ofTheFirst).isBetween(8_500L, 9_040L);
    }
}
