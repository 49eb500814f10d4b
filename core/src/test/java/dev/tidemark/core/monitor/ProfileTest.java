package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProfileTest {

    private static final String JSON = """
            {"count": 7, "nulls": 3, "mean": 1.5, "stddev": 0.5,
             "cells": {"-2": 1, "0": 2, "1.0050001": 1}, "values": {"a": 2}, "other": 1}""";

    @Test
    void isReadFromAnAnswerAndFromJsonAlike() throws Exception {
        Map<String, Object> answer = Map.of(
                "count",
                7L,
                "nulls",
                3L,
                "mean",
                new BigDecimal("1.5"),
                "stddev",
                new BigDecimal("0.5"),
                "cells",
                Map.of("1.0050001", 1L, "-2", 1L, "0", 2L),
                "values",
                Map.of("a", 2L),
                "other",
                1L);
        ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

        Profile profile = Profile.of(answer);

        assertThat(Profile.of(mapper.readValue(JSON, Object.class))).isEqualTo(profile);
        assertThat(profile.cells().firstKey()).isEqualByComparingTo("-2");
        assertThat(profile.present()).isEqualTo(7);
        assertThat(profile.rows()).isEqualTo(10);
        assertThat(profile.nullShare()).isEqualTo(0.3);
    }

    @Test
    void nothingIsAnEmptyProfile() {
        assertThat(Profile.of(null)).isEqualTo(Profile.EMPTY);
        assertThat(Profile.EMPTY.nullShare()).isZero();
    }

    @Test
    void anotherValueIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Profile.of("text"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Profile.of(Map.of("count", 1L)))
                .withMessageContaining("'cells'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Profile.of(Map.of("nulls", -1L, "cells", Map.of(), "values", Map.of(), "other", 0L)))
                .withMessageContaining("-1");
    }
}
