package dev.tidemark.functions.query;

/**
 * Keeps most of a sandbox's time for ordinary requests. After a costly one, such as a replay of the archive, further
 * costly ones are refused for a while: with 25 percent, for three times as long as it took. So ordinary requests keep
 * their share, however many costly ones arrive. Thread-safe.
 */
final class CostlyShare {

    private static final int ALL = 100;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final int percent;
    private long endedMillis;
    private long restMillis;

    /** @param percent of a sandbox's time that costly requests may take; 100: as much as they like */
    CostlyShare(int percent) {
        if (percent < 1 || percent > ALL) {
            throw new IllegalArgumentException("a share of " + percent + " percent is not from 1 to 100");
        }
        this.percent = percent;
    }

    /**
     * Lets a costly request in.
     *
     * @throws RequestProblem if ordinary requests come first; it says when to try again
     */
    synchronized void admit(long nowMillis) {
        // A clock that was ahead refuses nobody.
        long waitMillis = nowMillis < endedMillis ? 0 : restMillis - (nowMillis - endedMillis);
        if (waitMillis > 0) {
            long seconds = (waitMillis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND;
            throw new RequestProblem(new Problem(
                    Problem.Kind.TOO_MANY_COSTLY,
                    "requests with 'knowledge' or 'explain' have had their share of the time here",
                    "try again after " + seconds + " s, or leave these parameters out",
                    seconds));
        }
    }

    /** The time that an admitted request took. */
    synchronized void took(long startMillis, long endMillis) {
        endedMillis = endMillis;
        restMillis = Math.max(0, endMillis - startMillis) * (ALL - percent) / percent;
    }
}
