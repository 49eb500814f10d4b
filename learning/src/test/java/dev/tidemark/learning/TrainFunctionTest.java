package dev.tidemark.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.amazonaws.services.lambda.runtime.Context;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.InMemoryCutLog;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.SetMade;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.learning.TrainWorld.Killed;
import dev.tidemark.learning.TrainWorld.Prediction;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainFunctionTest {

    /** Nothing that a function asks of Lambda is asked here. */
    private static final Context CONTEXT = (Context) Proxy.newProxyInstance(
            TrainFunctionTest.class.getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
                throw new AssertionError("not expected: " + method);
            });

    private static final long MINUTE_MILLIS = 60_000;
    private static final ExecutorService POOL = Executors.newSingleThreadExecutor();

    @TempDir
    private Path work;

    @AfterAll
    static void end() {
        POOL.shutdown();
    }

    private TrainWorld world(String train) {
        return new TrainWorld(train, work, POOL);
    }

    /** @param atMillis when the cause happened */
    private static Map<String, Object> start(String cause, long atMillis, String driver) {
        return Map.of(
                "model",
                TrainWorld.MODEL,
                "cause",
                cause,
                "at",
                Instant.ofEpochMilli(atMillis).toString(),
                "driver",
                driver);
    }

    private static Map<String, Object> call(TrainFunction function, Map<String, Object> input) {
        return function.handleRequest(input, CONTEXT);
    }

    private static Object of(Map<String, Object> answer, String name) {
        return Objects.requireNonNull(answer.get(name));
    }

    /** A driver, which does what it is told. */
    private static final class Driver {

        private final TrainWorld world;
        private final ToDoubleFunction<Prediction> scorer;
        private final Set<Object> told = new LinkedHashSet<>();
        private int kills;
        private Map<String, Object> last = Map.of();

        Driver(TrainWorld world, ToDoubleFunction<Prediction> scorer) {
            this.world = world;
            this.scorer = scorer;
        }

        /** Until there is nothing more to do; after a kill the same call is made again, by another process. */
        Driver drive(Map<String, Object> first) {
            Map<String, Object> input = first;
            TrainFunction function = world.function();
            while (true) {
                try {
                    last = call(function, input);
                } catch (Killed | CompletionException e) {
                    assertThat(e instanceof Killed || e.getCause() instanceof Killed)
                            .as(e.toString())
                            .isTrue();
                    kills++;
                    function = world.function();
                    continue;
                }
                ((List<?>) of(last, "events")).forEach(event -> told.add(event));
                String what = (String) of(last, "next");
                if (what.equals("done")) {
                    return this;
                }
                Map<String, Object> next = new HashMap<>(last);
                if (what.equals("train")) {
                    world.train((String) of(last, "run"), "v8", scorer);
                    next.put("trained", true);
                } else if (what.equals("wait")) {
                    // The whole watch at once: it would be looked at often.
                    world.serve(world.nowMillis + Math.max(MINUTE_MILLIS, 1_000 * (long) of(last, "seconds")), "v7");
                }
                input = next;
            }
        }

        List<String> types() {
            return told.stream()
                    .map(event -> (String) ((Map<?, ?>) event).get("type"))
                    .toList();
        }
    }

    private static List<Class<?>> kinds(TrainWorld world) {
        return world.entries().stream().<Class<?>>map(Entry::getClass).toList();
    }

    private static <E> E entry(TrainWorld world, Class<E> kind) {
        return world.entries().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRunGoesFromItsCutToTheEndOfItsWatch() {
        TrainWorld world = world("at_least: 20, promote: {shadow: 30m, watch: 10m}");

        Driver driver = new Driver(world, Prediction::truth).drive(start("rows", world.nowMillis, "d1"));

        assertThat(kinds(world))
                .containsExactly(Started.class, SetMade.class, Judged.class, Promoted.class, Ended.class);
        assertThat(driver.types()).containsExactly("Training Set Ready", "Candidate Judged", "Promoted");
        assertThat(driver.last.get("reason")).asString().contains("watched: no check of version 'v8' failed");
        assertThat(entry(world, Promoted.class).candidate().artifact()).isEqualTo("models/v8");
        assertThat(entry(world, Promoted.class).reason()).contains("the champion's log loss less the candidate's is");
        String run = entry(world, Started.class).run();
        assertThat(entry(world, SetMade.class).manifest())
                .isEqualTo("s3://bucket/runs/discount/" + run + "/set/training-set.json");
        assertThat(world.files.keySet())
                .extracting(key -> key.substring(key.indexOf(run) + run.length() + 1))
                .containsExactlyInAnyOrder(
                        "set/training-set.parquet",
                        "set/training-set.json",
                        "set/profile.json.gz",
                        "out/candidate.json",
                        "out/scores.parquet");
        assertThat(work).isEmptyDirectory();
    }

    /** After each call of each store the process dies, and its driver calls again. */
    @Test
    void killedAfterAnyCallOfAStoreItMakesOneSetAndOnePromotion() {
        Set<String> sets = new HashSet<>();
        int kill = 0;
        boolean wasKilled = true;
        while (wasKilled) {
            kill++;
            TrainWorld world = world("at_least: 20, promote: {shadow: 30m, watch: 1m}");
            world.killAfter(kill);

            Driver driver = new Driver(world, Prediction::truth).drive(start("rows", world.nowMillis, "d1"));

            wasKilled = !world.isToBeKilled();
            assertThat(driver.kills).as("call %d", kill).isEqualTo(wasKilled ? 1 : 0);
            assertThat(kinds(world))
                    .as("call %d: %s", kill, driver.last)
                    .containsExactly(Started.class, SetMade.class, Judged.class, Promoted.class, Ended.class);
            assertThat(driver.types())
                    .as("call %d", kill)
                    .containsExactly("Training Set Ready", "Candidate Judged", "Promoted");
            assertThat(world.cuts.last(TrainWorld.MODEL).join())
                    .as("call %d", kill)
                    .isEqualTo(1);
            sets.add(entry(world, SetMade.class).sha256());
        }
        assertThat(kill).isGreaterThan(30);
        assertThat(sets).hasSize(1);
    }

    @Test
    void aPoisonedCandidateIsRefused() {
        TrainWorld world = world("at_least: 20, promote: {shadow: 30m}");

        Driver driver = new Driver(world, one -> 1 - one.truth()).drive(start("rows", world.nowMillis, "d1"));

        assertThat(kinds(world)).containsExactly(Started.class, SetMade.class, Judged.class);
        assertThat(driver.types()).containsExactly("Training Set Ready", "Candidate Judged");
        assertThat(driver.last.get("reason"))
                .asString()
                .startsWith("version 'v8' was refused by the gate: paired_loss: ");
    }

    @Test
    void oneCauseStartsOneRunHoweverOftenItIsTold() {
        TrainWorld world = world("at_least: 20, when: [concept]");
        List<Map<String, Object>> answers = new ArrayList<>();
        Map<String, Object> again = start("concept", world.nowMillis, "d2");
        InMemoryCutLog cuts = world.cuts;
        // While the first makes its cut, the second starts.
        TrainFunction first = world.function(new CutLog() {
            @Override
            public CompletableFuture<Long> last(String model) {
                return cuts.last(model);
            }

            @Override
            public CompletableFuture<Cut> read(String model, long number) {
                return cuts.read(model, number);
            }

            @Override
            public CompletableFuture<Boolean> append(Cut cut) {
                answers.add(call(world.function(), again));
                return cuts.append(cut);
            }
        });

        Map<String, Object> refused = call(first, start("concept", world.nowMillis, "d1"));
        Map<String, Object> third = call(world.function(), start("concept", world.nowMillis, "d3"));

        assertThat(kinds(world)).containsExactly(Started.class);
        assertThat(answers).singleElement().extracting("next").isEqualTo("again");
        assertThat(List.of(refused, third))
                .extracting(answer -> answer.get("next") + ": " + answer.get("reason"))
                .allMatch(text -> text.matches("done: run r[0-9a-f]{16} is not over"));
        Map<String, Object> failed = new HashMap<>(answers.get(0));
        failed.put("failed", Map.of("error", "Exception", "cause", "no memory"));
        call(world.function(), failed);
        assertThat(call(world.function(), start("concept", world.nowMillis, "d4"))
                        .get("reason"))
                .asString()
                .endsWith(" has started since");
        assertThat(call(world.function(), again).get("next")).isEqualTo("done");
    }

    @Test
    void aTrainingStepThatFailsEndsTheRunAndTheNextStarts() {
        TrainWorld world = world("at_least: 20");
        Map<String, Object> begun = call(world.function(), start("schedule", world.nowMillis, "d1"));
        Map<String, Object> made = call(world.function(), begun);
        assertThat(made.get("next")).isEqualTo("train");
        Map<String, Object> failed = new HashMap<>(made);
        failed.put("failed", Map.of("error", "exit code 1"));

        Map<String, Object> over = call(world.function(), failed);

        assertThat(over.get("next")).isEqualTo("done");
        assertThat(over.get("reason")).isEqualTo("failed: the training step: exit code 1");
        assertThat(entry(world, Ended.class).end()).isEqualTo(End.FAILED);
        world.nowMillis++;
        assertThat(call(world.function(), start("schedule", world.nowMillis, "d1"))
                        .get("reason"))
                .asString()
                .endsWith(" has cut 1 already, or a later one");
        world.serve(world.nowMillis + 3_600_000, "v7");
        Map<String, Object> next = call(world.function(), start("schedule", world.nowMillis, "d1"));
        assertThat(next.get("next")).isEqualTo("again");
        assertThat(next.get("run")).isNotEqualTo(made.get("run"));
        assertThat(((Started) world.entries().get(3)).newRows()).isBetween(230L, 250L);
    }

    /** Whoever gives up after the answer was lost that said that it had begun. */
    @Test
    void aDriverThatWasNotToldOfItsRunCanEndIt() {
        TrainWorld world = world("at_least: 20");
        Map<String, Object> failed = new HashMap<>(start("schedule", world.nowMillis, "d1"));
        failed.put("failed", Map.of("error", "time-out"));
        assertThat(call(world.function(), failed).get("reason")).isEqualTo("failed: time-out");
        assertThat(world.entries()).as("nothing had begun").isEmpty();
        call(world.function(), start("schedule", world.nowMillis, "d1"));

        Map<String, Object> ofAnother = new HashMap<>(failed);
        ofAnother.put("driver", "d2");
        assertThat(call(world.function(), ofAnother).get("reason")).isEqualTo("failed: time-out");
        assertThat(world.entries()).hasSize(1);
        Map<String, Object> over = call(world.function(), failed);

        assertThat(over.get("next")).isEqualTo("done");
        assertThat(over.get("reason")).isEqualTo("failed: the training step: time-out");
        assertThat(entry(world, Ended.class).end()).isEqualTo(End.FAILED);
    }

    @Test
    void aStepThatLeavesNoCandidateEndsTheRun() {
        assertThat(judged("{\"version\":\"v8\",\"artifact\":\"m\"}", /* hasScores= */ false))
                .startsWith("failed: the training step left no s3://bucket/runs/discount/")
                .endsWith("/out/scores.parquet");
        assertThat(judged("{\"version\":\"v8\"}", true)).startsWith("failed: candidate.json has no text 'artifact': ");
        assertThat(judged("v8", true)).startsWith("failed: candidate.json is no JSON: ");
    }

    private String judged(String candidate, boolean hasScores) {
        TrainWorld world = world("at_least: 20");
        Map<String, Object> begun = call(world.function(), start("rows", world.nowMillis, "d1"));
        String run = (String) of(begun, "run");
        if (hasScores) {
            world.train(run, "v8", Prediction::truth);
        }
        world.leave(run, "candidate.json", candidate);
        Map<String, Object> trained = new HashMap<>(call(world.function(), begun));
        trained.put("trained", true);
        return (String) of(call(world.function(), trained), "reason");
    }

    /** The monitor told of it when no run could start: the schedule starts one as long as it is so. */
    @Test
    void theScheduleStartsWhatTheMonitorFoundAndNoRunCouldFollow() {
        TrainWorld world = world("at_least: 20, when: [concept]");
        Map<String, Object> tick = start("schedule", world.nowMillis, "d1");
        assertThat(call(world.function(), tick).get("reason"))
                .isEqualTo("runs of model 'discount' are started by its monitor, which finds no concept");
        world.found.put(world.nowMillis - 2, "{\"v7\":{\"status\":\"fail\",\"cause\":\"labels\"}}");
        assertThat(call(world.function(), tick).get("next")).isEqualTo("done");
        world.found.put(world.nowMillis - 1, "{\"v7\":{\"status\":\"fail\",\"cause\":\"concept\"}}");

        Map<String, Object> begun = call(world.function(), tick);

        assertThat(begun.get("cause")).isEqualTo("concept");
        assertThat(entry(world, Started.class).causeMillis()).isEqualTo(world.nowMillis - 1);
        String at = Instant.ofEpochMilli(world.nowMillis - 1).toString();
        Map<String, Object> detail = Map.of(
                "model", TrainWorld.MODEL, "at", at, "versions", List.of(Map.of("version", "v7", "cause", "concept")));
        assertThat(call(world.function(), Map.of("monitor", detail)))
                .isEqualTo(Map.of("models", List.of(TrainWorld.MODEL), "cause", "concept", "at", at));
    }

    @Test
    void itSaysWhichModelsAreTrained() {
        TrainWorld world = world("at_least: 20, when: [concept]");

        assertThat(call(world.function(), Map.of("cause", "schedule", "at", "2026-03-01T00:00:00Z")))
                .isEqualTo(
                        Map.of("models", List.of(TrainWorld.MODEL), "cause", "schedule", "at", "2026-03-01T00:00:00Z"));
        assertThat(call(world.function(), Map.of("cause", "drift")).get("models"))
                .isEqualTo(List.of());
        assertThat(call(world.function(), Map.of("cause", "concept")).get("models"))
                .isEqualTo(List.of(TrainWorld.MODEL));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call(world.function(), Map.of("model", "price", "run", "r1")))
                .withMessage(
                        "the catalog does not say how model 'price' is trained: give it train:, or call for one of "
                                + "[discount]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call(world.function(), Map.of("model", TrainWorld.MODEL, "cause", "rows")))
                .withMessageStartingWith("the input has no 'driver': ");
    }

    @Test
    void everyStepIsALineOfTheLog() {
        TrainWorld world = world("at_least: 20");

        call(world.function(), start("rows", world.nowMillis, "d1"));

        assertThat(world.said.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("\"message\":\"training step taken\"", "\"model\":\"discount\"", "\"next\":\"again\"");
    }
}
