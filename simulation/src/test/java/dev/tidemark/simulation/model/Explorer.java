package dev.tidemark.simulation.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Visits every state that the model can reach, breadth first, so that the first violation has the shortest trace. */
final class Explorer<S extends State> {

    private static final Path PROTOCOL = Path.of("..", "docs", "protocol.md");

    /**
     * What an exploration found.
     *
     * @param states how many were visited
     * @param quiescent how many of them have everything done and nothing under way
     * @param stuck how many can never reach a quiescent one
     * @param violation what went wrong; null if nothing did
     * @param trace the steps that lead there
     */
    record Result(
            int states, int quiescent, int stuck, @Nullable String violation, List<String> trace) {

        /** The model holds in a space explored whole, and docs/protocol.md has the number of its states. */
        void assertHolds(String space) throws IOException {
            System.out.println("Model, " + space + ": " + text());
            assertThat(violation).as(text()).isNull();
            assertThat(quiescent).isPositive();
            String row = "| " + space + " |";
            String count = String.format(Locale.ROOT, "%,d", states);
            assertThat(Files.readAllLines(PROTOCOL))
                    .as("docs/protocol.md has the number of states")
                    .anyMatch(line -> line.startsWith(row) && line.endsWith("| " + count + " |"));
            assertThat(stuck)
                    .as("states from which nothing leads to everything done")
                    .isZero();
        }

        String text() {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < trace.size(); i++) {
                text.append(String.format("%n  %2d. %s", i + 1, trace.get(i)));
            }
            return violation == null
                    ? states + " states, " + quiescent + " of them quiescent"
                    : violation + " (found after " + states + " states):" + text;
        }
    }

    private final Model<S> model;
    private final StateTable<S> table;
    private final boolean keepsSteps;
    private int[] steps = new int[1 << 20];
    private int stepCount;

    private Explorer(Model<S> model, boolean keepsSteps) {
        this.model = model;
        this.table = new StateTable<>(model);
        this.keepsSteps = keepsSteps;
    }

    /** @param findsStuck whether to look for states that can never reach a quiescent one */
    static <S extends State> Result explore(Model<S> model, boolean findsStuck) {
        return new Explorer<>(model, findsStuck).run();
    }

    private Result run() {
        Search search = new Search();
        table.add(model.first(), 0);
        for (int at = 0; at < table.size() && search.violation == null; at++) {
            search.visit(at);
        }
        if (search.violation != null) {
            return new Result(table.size(), search.quiescent.size(), 0, search.violation, search.trace());
        }
        int stuck = keepsSteps ? table.size() - reaching(search.quiescent) : 0;
        return new Result(table.size(), search.quiescent.size(), stuck, null, List.of());
    }

    /** How many states can reach one of these: backwards from them, along the steps sorted by where they lead. */
    private int reaching(List<Integer> targets) {
        int[] ends = new int[table.size() + 1];
        for (int i = 1; i < stepCount; i += 2) {
            ends[steps[i] + 1]++;
        }
        for (int i = 0; i < table.size(); i++) {
            ends[i + 1] += ends[i];
        }
        int[] origins = new int[stepCount / 2];
        int[] filled = ends.clone();
        for (int i = 0; i < stepCount; i += 2) {
            origins[filled[steps[i + 1]]++] = steps[i];
        }
        boolean[] reaches = new boolean[table.size()];
        int[] found = new int[table.size()];
        int count = 0;
        for (int target : targets) {
            reaches[target] = true;
            found[count++] = target;
        }
        for (int i = 0; i < count; i++) {
            for (int j = ends[found[i]]; j < ends[found[i] + 1]; j++) {
                if (!reaches[origins[j]]) {
                    reaches[origins[j]] = true;
                    found[count++] = origins[j];
                }
            }
        }
        return count;
    }

    private final class Search {

        private final List<Integer> quiescent = new ArrayList<>();
        private @Nullable String violation;
        private int from;
        private @Nullable S wrong;

        void visit(int number) {
            S state = table.get(number);
            from = number;
            if (model.isQuiescent(state)) {
                quiescent.add(number);
            }
            model.steps(state, (next, words) -> {
                if (violation == null) {
                    judge(state, next);
                }
            });
        }

        private void judge(S state, S next) {
            String wrongStep = model.wrongStep(state, next);
            int added = table.add(next, from);
            if (keepsSteps) {
                remember(from, added == StateTable.SEEN_BEFORE ? table.find(next) : added);
            }
            String wrongState = added == StateTable.SEEN_BEFORE ? null : model.wrongState(next);
            if (wrongState == null && added != StateTable.SEEN_BEFORE && model.isQuiescent(next)) {
                wrongState = model.wrongAtQuiescence(next);
            }
            violation = wrongStep != null ? wrongStep : wrongState;
            if (violation != null) {
                wrong = next;
            }
        }

        private void remember(int before, int after) {
            if (stepCount == steps.length) {
                steps = Arrays.copyOf(steps, 2 * stepCount);
            }
            steps[stepCount++] = before;
            steps[stepCount++] = after;
        }

        /** The words of the steps to the violation, found by taking each step of the path once more. */
        List<String> trace() {
            List<String> trace = new ArrayList<>();
            S target = wrong;
            int at = from;
            while (target != null) {
                trace.add(words(table.get(at), target));
                target = at == 0 ? null : table.get(at);
                at = table.parent(at);
            }
            Collections.reverse(trace);
            return trace;
        }

        private String words(S before, S after) {
            List<String> found = new ArrayList<>();
            model.steps(before, (next, words) -> {
                if (found.isEmpty() && Arrays.equals(next.cells(), after.cells())) {
                    found.add(words.get());
                }
            });
            return found.get(0);
        }
    }
}
