package dev.tidemark.functions.query;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostlyShareTest {

    private static final long NOW = 1_800_000_000_000L;

    @ParameterizedTest
    @CsvSource({"25, 3_000", "50, 1_000", "1, 99_000", "100, 0"})
    void whatOneTookIsPaidForWithTheTimeOfOthers(int percent, String text) {
        long restMillis = Long.parseLong(text.replace("_", ""));
        CostlyShare share = new CostlyShare(percent);
        share.admit(NOW);
        share.took(NOW, NOW + 1_000);
        if (restMillis > 0) {
            assertThatThrownBy(() -> share.admit(NOW + 1_000)).isInstanceOf(RequestProblem.class);
            assertThatThrownBy(() -> share.admit(NOW + 1_000 + restMillis - 1))
                    .isInstanceOf(RequestProblem.class)
                    .hasFieldOrPropertyWithValue("problem.retryAfterSeconds", 1L);
        }
        assertThatCode(() -> share.admit(NOW + 1_000 + restMillis)).doesNotThrowAnyException();
    }

    @Test
    void aClockThatWasAheadRefusesNobody() {
        CostlyShare share = new CostlyShare(25);
        share.took(NOW, NOW + 1_000);
        assertThatCode(() -> share.admit(NOW)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 101, -5})
    void aShareIsFromOneToAHundred(int percent) {
        assertThatThrownBy(() -> new CostlyShare(percent)).hasMessageContaining(Integer.toString(percent));
    }
}
