package dev.tidemark.core.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.learn.TrainingWorld.Bounds;
import dev.tidemark.core.learn.TrainingWorld.Step;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.Training.Promote;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Explores everything that two drivers and an operator can do to one log: in any order, with answers lost, and dying. */
class TrainingModelTest {

    private static final Training TRAINING = Trainings.of("""
            when: [concept]
            at_least: 1
            """);
    private static final Training QUICK = Trainings.with(TRAINING, new Promote(0, 0));
    private static final Training CAREFUL = Trainings.with(TRAINING, new Promote(1, 1));

    private static final Map<String, Bounds> SPACES = new LinkedHashMap<>();

    static {
        SPACES.put("two drivers, a fault", new Bounds(QUICK, 2, 1, 0, false));
        SPACES.put("two drivers, an operator", new Bounds(QUICK, 2, 0, 1, false));
        SPACES.put("two drivers of one event, a fault", new Bounds(QUICK, 2, 1, 0, true));
        SPACES.put("a driver, an operator, a fault", new Bounds(QUICK, 1, 1, 2, false));
        SPACES.put("a driver with shadow and watch, an operator, a fault", new Bounds(CAREFUL, 1, 1, 1, false));
        SPACES.put("two drivers with shadow and watch", new Bounds(CAREFUL, 2, 0, 0, false));
    }

    static Stream<String> spaces() {
        return SPACES.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    void nothingGoesWrong(String space) {
        Exploration exploration = new Exploration(Objects.requireNonNull(SPACES.get(space)), null);
        exploration.run();
        System.out.println("Training, " + space + ": " + exploration);
        assertThat(exploration.violation).as(exploration.toString()).isNull();
        assertThat(exploration.stuck())
                .as("worlds from which not everybody gets done")
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void somethingGoesWrongIfItIsBroken(BrokenTraining broken) {
        List<String> holds = new ArrayList<>();
        for (Map.Entry<String, Bounds> space : SPACES.entrySet()) {
            Exploration exploration = new Exploration(space.getValue(), broken);
            exploration.run();
            if (exploration.violation != null) {
                System.out.println(broken + ", " + space.getKey() + ": " + exploration);
                return;
            }
            holds.add(space.getKey());
        }
        assertThat(holds).as("where nothing was found wrong").isEmpty();
    }

    /** Visits every world that can be reached, the nearest first; each is made by taking the steps that lead there again. */
    private static final class Exploration {

        private final Bounds bounds;
        private final @Nullable BrokenTraining broken;
        private final Map<String, Integer> known = new HashMap<>();
        private final List<int[]> paths = new ArrayList<>();
        private final List<int[]> edges = new ArrayList<>();
        private final List<Integer> quiescent = new ArrayList<>();
        private List<String> trace = List.of();
        private @Nullable String violation;

        Exploration(Bounds bounds, @Nullable BrokenTraining broken) {
            this.bounds = bounds;
            this.broken = broken;
        }

        void run() {
            visit(new int[0], new TrainingWorld(bounds, broken));
            for (int at = 0; at < paths.size() && violation == null; at++) {
                int[] path = paths.get(at);
                TrainingWorld world = replayed(path);
                if (world.isQuiescent()) {
                    quiescent.add(at);
                }
                int ways = world.steps().size();
                for (int way = 0; way < ways && violation == null; way++) {
                    int[] further = Arrays.copyOf(path, path.length + 1);
                    further[path.length] = way;
                    edges.add(new int[] {at, visit(further, replayed(further))});
                }
            }
        }

        private int visit(int[] path, TrainingWorld world) {
            violation = world.violation();
            if (violation != null) {
                trace = texts(path);
                return 0;
            }
            Integer before = known.putIfAbsent(Sha256.hex(world.text()), paths.size());
            if (before == null) {
                paths.add(path);
                return paths.size() - 1;
            }
            return before;
        }

        private TrainingWorld replayed(int[] path) {
            TrainingWorld world = new TrainingWorld(bounds, broken);
            for (int way : path) {
                world.steps().get(way).taken().run();
            }
            return world;
        }

        private List<String> texts(int[] path) {
            TrainingWorld world = new TrainingWorld(bounds, broken);
            List<String> texts = new ArrayList<>();
            for (int way : path) {
                Step step = world.steps().get(way);
                texts.add(step.text().get());
                step.taken().run();
            }
            return texts;
        }

        /** How many worlds have no way to a quiescent one. */
        int stuck() {
            Map<Integer, List<Integer>> origins = new HashMap<>();
            edges.forEach(edge ->
                    origins.computeIfAbsent(edge[1], to -> new ArrayList<>()).add(edge[0]));
            boolean[] reaches = new boolean[paths.size()];
            List<Integer> found = new ArrayList<>(quiescent);
            found.forEach(one -> reaches[one] = true);
            for (int i = 0; i < found.size(); i++) {
                for (int origin : origins.getOrDefault(found.get(i), List.of())) {
                    if (!reaches[origin]) {
                        reaches[origin] = true;
                        found.add(origin);
                    }
                }
            }
            return paths.size() - found.size();
        }

        @Override
        public String toString() {
            return paths.size() + " worlds, " + quiescent.size() + " quiescent"
                    + (violation == null ? "" : ": " + violation + "\n  " + String.join("\n  ", trace));
        }
    }
}
