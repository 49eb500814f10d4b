package dev.tidemark.local.lambda;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * How long a function takes to its first answer, and how many classes it loads for it. Times depend on the machine, and
 * are never compared with anything by a test.
 *
 * @param initMillis from the start of the process until it can be invoked or stored
 * @param answerMillis from then, or from the restore, until the first answer
 * @param initClasses classes loaded until it can be invoked or stored
 * @param answerClasses classes loaded after that
 * @param answer what the function answered
 */
record StartUp(double initMillis, double answerMillis, int initClasses, int answerClasses, String answer) {

    private static final double NANOS_PER_MILLI = 1e6;

    /** Starts and invokes a function as Lambda does without SnapStart. */
    static StartUp unprimed(BackEnds backEnds, String function, String payload) throws IOException {
        try (Sandbox sandbox = backEnds.start(function)) {
            return measure(sandbox, payload);
        }
    }

    /** Starts a function, runs its hooks, then restores and invokes it. */
    static StartUp primed(BackEnds backEnds, String function, String payload) throws IOException {
        try (Sandbox sandbox = backEnds.startForSnapshot(function)) {
            return measure(sandbox, payload);
        }
    }

    private static StartUp measure(Sandbox sandbox, String payload) {
        sandbox.initialized();
        long initNanos = System.nanoTime() - sandbox.startNanos();
        int initClasses = sandbox.loadedClasses().size();
        long from = System.nanoTime();
        sandbox.restore();
        String answer = sandbox.invoke(payload);
        long answerNanos = System.nanoTime() - from;
        return new StartUp(
                initNanos / NANOS_PER_MILLI,
                answerNanos / NANOS_PER_MILLI,
                initClasses,
                sandbox.loadedClasses().size() - initClasses,
                answer);
    }

    /** The one with the median time to its first answer. */
    static StartUp median(List<StartUp> runs) {
        return runs.stream()
                .sorted((a, b) -> Double.compare(a.answerMillis(), b.answerMillis()))
                .toList()
                .get(runs.size() / 2);
    }

    /** A row of the table that docs/performance.md has. */
    static String row(String function, StartUp unprimed, StartUp primed) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f ms, %d classes | %.0f ms, %d classes | %.0f ms, %d classes | %.2f |",
                function,
                unprimed.initMillis(),
                unprimed.initClasses(),
                unprimed.answerMillis(),
                unprimed.answerClasses(),
                primed.answerMillis(),
                primed.answerClasses(),
                primed.answerMillis() / (unprimed.initMillis() + unprimed.answerMillis()));
    }
}
