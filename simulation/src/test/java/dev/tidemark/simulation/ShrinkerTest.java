package dev.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.engine.Coverage;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.world.Plan;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

    private static final List<Plan.Sent> RECORDS = IntStream.range(0, 90)
            .mapToObj(number -> new Plan.Sent(number, number, 0, List.of()))
            .toList();

    private static final Dials FAULTS =
            new Dials(Map.of(Dial.CRASH, 5, Dial.SLOW, 100, Dial.STALE_READ, 300, Dial.RESHARD, 1000));

    private int runs;

    @Test
    void whatTheFailureNeedsIsLeft() {
        Run smallest = Shrinker.shrink(run(FAULTS, RECORDS), this::run);

        assertThat(smallest.dials().on()).containsExactly(Dial.STALE_READ, Dial.CRASH);
        assertThat(smallest.sent()).extracting(Plan.Sent::number).containsExactly(17, 64);
        assertThat(runs).isLessThan(400);
    }

    @Test
    void aFailureThatNeedsEverythingStaysAsItIs() {
        Run failing = failing(FAULTS, RECORDS);

        assertThat(Shrinker.shrink(failing, (dials, sent) -> passing(dials, RECORDS)))
                .isSameAs(failing);
    }

    /** Fails if a stale read meets a crash while records 17 and 64 are there. */
    private Run run(Dials dials, @Nullable List<Plan.Sent> given) {
        runs++;
        List<Plan.Sent> sent = given == null ? RECORDS : given;
        boolean fails = dials.on().containsAll(List.of(Dial.CRASH, Dial.STALE_READ))
                && sent.containsAll(List.of(RECORDS.get(17), RECORDS.get(64)));
        return fails ? failing(dials, sent) : passing(dials, sent);
    }

    private static Run failing(Dials dials, List<Plan.Sent> sent) {
        return new Run("broken", dials, sent, new Coverage(), List.of());
    }

    private static Run passing(Dials dials, List<Plan.Sent> sent) {
        return new Run(null, dials, sent, new Coverage(), List.of());
    }
}
