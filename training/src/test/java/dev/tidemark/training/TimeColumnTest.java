package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.event.EventShape.TimeFormat;
import java.time.Instant;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A spine's moments are read in the formats of events' times. */
class TimeColumnTest {

    private static final PrimitiveType TEXT = Types.required(PrimitiveType.PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("at");
    private static final PrimitiveType LONG =
            Types.required(PrimitiveType.PrimitiveTypeName.INT64).named("at");

    @ParameterizedTest
    @CsvSource({
        "ISO8601,2026-01-31T10:00:00.1239Z,2026-01-31T10:00:00.123Z",
        "ISO8601_ANY,2026-01-31 11:00:00+01,2026-01-31T10:00:00Z",
        "ISO8601_ANY,20260131T100000Z,2026-01-31T10:00:00Z",
        "DATE,2026-01-31,2026-01-31T00:00:00Z",
        "DATE,20260131,2026-01-31T00:00:00Z",
        "EPOCH_SECONDS,1769853600.5,2026-01-31T10:00:00.500Z",
        "EPOCH_MILLIS,1769853600123,2026-01-31T10:00:00.123Z",
        "EPOCH_MICROS,1769853600123999,2026-01-31T10:00:00.123Z",
        "EPOCH_NANOS,1769853600123999999,2026-01-31T10:00:00.123Z"
    })
    void readsTexts(TimeFormat format, String text, Instant moment) {
        assertThat(new TimeColumn(format).millis(Binary.fromString(text), TEXT)).isEqualTo(moment.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({
        "EPOCH_SECONDS,1769853600,2026-01-31T10:00:00Z",
        "EPOCH_MICROS,1769853600123999,2026-01-31T10:00:00.123Z",
        "EPOCH_NANOS,1769853600123999999,2026-01-31T10:00:00.123Z"
    })
    void readsNumbers(TimeFormat format, long number, Instant moment) {
        assertThat(new TimeColumn(format).millis(number, LONG)).isEqualTo(moment.toEpochMilli());
    }

    /** A spine has no zone: a local time would be another moment in each. */
    @ParameterizedTest
    @CsvSource({"ISO8601", "ISO8601_ANY"})
    void refusesLocalTimes(TimeFormat format) {
        assertThatThrownBy(() -> new TimeColumn(format).millis(Binary.fromString("2026-01-31T10:00:00"), TEXT))
                .hasMessageContaining("write it with its offset");
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new TimeColumn(TimeFormat.EPOCH_MILLIS).millis(1_769_853_600_123_999L, LONG))
                .hasMessageContaining("after 9999");
    }
}
