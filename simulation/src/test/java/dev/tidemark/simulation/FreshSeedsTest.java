package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshSeedsTest {

    @Test
    void bothEndsAreIncluded() {
        assertThat(FreshSeeds.range("281474976710650..281474976710652"))
                .containsExactly(281_474_976_710_650L, 281_474_976_710_651L, 281_474_976_710_652L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "9..7", "a..b", "1..2..3", "-1..3"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> FreshSeeds.range(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
