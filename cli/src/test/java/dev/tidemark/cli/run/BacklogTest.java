package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {

    private final Backlog backlog = new Backlog();

    @Test
    void whatWaitsLongIsToldNowAndThenAndItsEndOnce() {
        assertThat(backlog.look(500, 9_999, 1_000)).isNull();
        assertThat(backlog.look(12_345, 10_000, 2_000))
                .isEqualTo("the fold is behind: 12345 records to fold, the oldest waits for 10 seconds");
        assertThat(backlog.look(20_000, 20_000, 31_999)).isNull();
        assertThat(backlog.look(1, 40_500, 32_000))
                .isEqualTo("the fold is behind: 1 record to fold, the oldest waits for 40 seconds");
        assertThat(backlog.look(0, 0, 33_000)).isEqualTo("the fold has caught up");
        assertThat(backlog.look(0, 0, 34_000)).isNull();
        assertThat(backlog.look(5, 100, 35_000)).isNull();
        assertThat(backlog.look(0, 0, 36_000)).isNull();
    }
}
