package dev.tidemark.samplesevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleEventTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"offset_millis\":5,\"partition_key\":\"u1\",\"event\":{\"price\":1.50, \"é\" : [ 1 ]}}",
                "{\"offset_millis\":5,\"partition_key\":\"u\\\"1\",\"data\":\"{\\\"price\\\":\"}",
                "{\"offset_millis\":0,\"partition_key\":\"u1\",\"data\":\"[{}]\"}",
                "{\"offset_millis\":0,\"partition_key\":\"u1\",\"data\":\"\"}"
            })
    void aLineIsReadAndWrittenWithoutAChange(String line) {
        assertThat(SampleEvent.parse(line).toLine()).isEqualTo(line);
    }

    @Test
    void thePayloadIsTheTextAsItStands() {
        SampleEvent event = SampleEvent.parse(
                "{\"offset_millis\":5,\"partition_key\":\"u1\",\"event\":{ \"price\": 1.50,\"n\":{\"m\":1} } }");
        assertThat(event).isEqualTo(new SampleEvent(5, "u1", "{ \"price\": 1.50,\"n\":{\"m\":1} }"));
        assertThat(event.arrivalMillis()).isEqualTo(SampleEvent.START_MILLIS + 5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ping",
                "{}",
                "[]",
                "{\"event\":{}}",
                "{\"offset_millis\":1,\"partition\":\"u\",\"data\":\"\"}"
            })
    void anythingElseIsNoLine(String line) {
        assertThatThrownBy(() -> SampleEvent.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a sample line");
    }

    @Test
    void aShiftMovesAllTimesThatAnEventTells() {
        String told =
                "{\"ts\":\"2026-01-15T09:00:00.000Z\",\"predicted_at\":\"soon\",\"at\":\"2026-01-15T10:00:00.000Z\"}";
        String told2 = told.replace("soon", "2026-01-15T07:00:00.000Z");
        assertThat(new SampleEvent(5, "u1", told2).shift(1_000).data())
                .isEqualTo(told2.replace(":00.000Z", ":01.000Z"));
        assertThat(new SampleEvent(5, "u1", told).shift(1_000).data()).isEqualTo(told.replace(":00.000Z", ":01.000Z"));
    }

    @Test
    void aShiftMovesTheTimeAndNothingElse() {
        SampleEvent event = new SampleEvent(
                5, "u1", "{\"a\":1.0,\"ts\": \"2026-01-15T23:59:59.900Z\",\"b\":\"2026-01-15T00:00:00.000Z\"}");
        assertThat(event.shift(100).data())
                .isEqualTo("{\"a\":1.0,\"ts\": \"2026-01-16T00:00:00.000Z\",\"b\":\"2026-01-15T00:00:00.000Z\"}");
        assertThat(event.shift(12_345_678).shift(-12_345_678)).isEqualTo(event);
        assertThat(SampleReplay.shift(event.toLine(), 100))
                .isEqualTo(event.shift(100).toLine());
    }

    @Test
    void whatHasNoReadableTimeStaysAsItIs() {
        SampleEvent event = new SampleEvent(5, "u1", "{\"ts\":\"yesterday\"}");
        assertThat(event.shift(100)).isEqualTo(event);
    }
}
