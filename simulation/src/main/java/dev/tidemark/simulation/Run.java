package dev.tidemark.simulation;

import dev.tidemark.simulation.check.Verdict;
import dev.tidemark.simulation.engine.Coverage;
import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Trace;
import dev.tidemark.simulation.past.Inquirer;
import dev.tidemark.simulation.world.Plan;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one run came to.
 *
 * @param failure in one line; null if all held
 * @param dials the faults it had
 * @param sent what producers sent
 * @param trace its steps, if they were written down
 */
record Run(@Nullable String failure, Dials dials, List<Plan.Sent> sent, Coverage coverage, List<String> trace) {

    /** About the first of March 2026; a seed begins somewhere in the months after. */
    private static final long EPOCH_MILLIS = 1_772_323_200_000L;

    private static final long MOST_LATER_MILLIS = 90L * 86_400_000;

    /** Runs a seed as it is. */
    static Run of(long seed) {
        return of(seed, Dials.random(new SplittableRandom(seed)), null, false);
    }

    /**
     * Runs a seed with other faults, or fewer records.
     *
     * @param sent null for what the seed has producers send
     */
    static Run of(long seed, Dials dials, @Nullable List<Plan.Sent> sent, boolean traced) {
        Inquirer inquirer = new Inquirer();
        return of(seed, dials, drawn -> sent == null ? drawn : drawn.with(sent), traced, List.of(inquirer), world -> {
            Verdict verdict = world.verdict();
            verdict.judge();
            inquirer.judge(verdict);
        });
    }

    /**
     * Runs a seed with guests.
     *
     * @param planned what is made of the plan that the seed draws
     * @param judge reports what does not hold in the end
     */
    static Run of(
            long seed,
            Dials dials,
            UnaryOperator<Plan> planned,
            boolean traced,
            List<World.Guest> guests,
            Consumer<World> judge) {
        long startMillis = EPOCH_MILLIS + new SplittableRandom(~seed).nextLong(MOST_LATER_MILLIS);
        Trace trace = traced ? Trace.from(startMillis) : Trace.off();
        Engine engine = new Engine(seed, dials, startMillis, trace);
        Plan plan = planned.apply(Plan.draw(seed, engine));
        try (World world = new World(engine, plan, guests)) {
            world.run();
            if (engine.failure() == null && !world.isCaughtUp()) {
                engine.fail("the run ended before everything was delivered");
            }
            if (engine.failure() == null) {
                judge.accept(world);
            }
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            engine.fail(e + " at " + (e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]));
        }
        return new Run(engine.failure(), dials, plan.sent(), engine.coverage(), trace.lines());
    }
}
