package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is computed from several views is as fresh as the least fresh of them. */
class FreshnessTest {

    private static final OptionalLong NONE = OptionalLong.empty();

    @Test
    void theLeastFreshCounts() {
        Freshness all = Freshness.ofAll(
                List.of(freshness(of(100), of(150), true, NONE, of(0)), freshness(of(70), of(90), true, NONE, of(30))));

        assertThat(all.foldedUpTo()).hasValue(70);
        assertThat(all.newestArrival()).hasValue(150);
        assertThat(all.caughtUp()).isTrue();
        assertThat(all.lagMillis()).hasValue(30);
    }

    @Test
    void whatIsUnknownOfOneIsUnknown() {
        Freshness all = Freshness.ofAll(
                List.of(freshness(of(100), of(150), true, NONE, of(0)), freshness(NONE, NONE, null, NONE, NONE)));

        assertThat(all.foldedUpTo()).isEmpty();
        assertThat(all.newestArrival()).hasValue(150);
        assertThat(all.caughtUp()).isNull();
        assertThat(all.lagMillis()).isEmpty();
    }

    @Test
    void oneThatWaitsIsEnough() {
        Freshness all = Freshness.ofAll(List.of(
                freshness(of(100), of(150), null, NONE, of(5)), freshness(of(70), of(90), false, of(71), of(30))));

        assertThat(all.caughtUp()).isFalse();
        assertThat(all.waitingSince()).hasValue(71);
    }

    @Test
    void whatIsMissingInSeveralIsNamedOnce() {
        ViewProgress.Missing missing = new ViewProgress.Missing(null, "the state is being restored", null);
        Freshness one = new Freshness(List.of(missing), NONE, NONE, null, NONE, NONE);

        assertThat(Freshness.ofAll(List.of(one, one)).missing()).containsExactly(missing);
    }

    private static Freshness freshness(
            OptionalLong foldedUpTo,
            OptionalLong newest,
            @Nullable Boolean caughtUp,
            OptionalLong since,
            OptionalLong lag) {
        return new Freshness(List.of(), foldedUpTo, newest, caughtUp, since, lag);
    }

    private static OptionalLong of(long value) {
        return OptionalLong.of(value);
    }
}
