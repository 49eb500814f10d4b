package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RepeatedFailuresTest {

    private final AtomicLong roomBytes = new AtomicLong(Long.MAX_VALUE);
    private final RepeatedFailures trouble = new RepeatedFailures(roomBytes::get);

    @Test
    void whatFailsAgainAndAgainIsToldOnceAMinute() {
        assertThat(trouble.failed("it broke", 1_000)).isEqualTo("it broke; it is tried again");
        for (int i = 0; i < 500; i++) {
            assertThat(trouble.failed("it broke", 2_000 + i)).isNull();
        }
        assertThat(trouble.failed("it broke", 61_000))
                .isEqualTo("it broke; it is tried again (500 failures since the last such line)");
        assertThat(trouble.failed("it broke", 121_000)).isEqualTo("it broke; it is tried again");
    }

    @Test
    void aFullDiskIsOneSentenceHoweverOftenItFails() {
        roomBytes.set(100);
        assertThat(trouble.failed("it broke", 1_000)).startsWith("the disk is full: free some room.");
        for (int i = 0; i < 500; i++) {
            assertThat(trouble.failed("it broke", 1_000_000L * i)).isNull();
            assertThat(trouble.look()).isNull();
        }
        roomBytes.set(RepeatedFailures.ROOM_BYTES);
        assertThat(trouble.look()).isEqualTo("there is room on the disk again");
        assertThat(trouble.look()).isNull();
        assertThat(trouble.failed("it broke", 1)).isEqualTo("it broke; it is tried again");
    }
}
