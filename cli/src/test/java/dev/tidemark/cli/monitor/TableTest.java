package dev.tidemark.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of versions and slices come from events. */
class TableTest {

    @Test
    void whatAnEventHoldsStaysInItsCell() {
        assertThat(Table.of(List.of(List.of("a\nv9: PASS\t", "1"), List.of("b", "2"))))
                .isEqualTo("a\\u000av9: PASS\\u0009  1\nb" + " ".repeat(22) + "2\n");
    }

    @Test
    void aLongNameIsCutOff() {
        assertThat(Table.name("x".repeat(256))).isEqualTo("x".repeat(47) + "…");
        assertThat(Table.name("phone")).isEqualTo("phone");
    }
}
