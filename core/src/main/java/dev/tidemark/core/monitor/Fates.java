package dev.tidemark.core.monitor;

import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.Cause.Kind;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What became of all events that the views of a monitor wanted, as far as it speaks for a cause. These counts began with the
 * lanes and know no windows, so they do not tell when something went wrong, nor that it has been mended.
 */
final class Fates {

    /** Below it, on either side, nobody is asked to look. */
    static final double LEAST_SHARE = 0.01;

    private static final long LEAST_COUNT = 10;

    private Fates() {}

    static List<Evidence> of(Map<View, ViewCounts> counts) {
        List<Evidence> evidence = new ArrayList<>();
        counts.forEach((view, found) -> {
            long wanted = found.total() - found.filtered();
            String reasons = found.quarantined().keySet().stream()
                    .map(InvalidEvent.Reason::name)
                    .toList()
                    .toString();
            add(evidence, view, found.quarantinedTotal(), wanted, "are in quarantine: " + reasons);
            add(evidence, view, found.tooLate(), wanted, "were too late");
            PairCounts pairs = found.pairs();
            long rights = pairs.paired() + pairs.superseded() + pairs.outcomeLate() + pairs.waiting();
            add(
                    evidence,
                    view,
                    pairs.waiting() - pairs.taken(),
                    rights,
                    "are outcomes without a prediction in their shard");
            add(evidence, view, pairs.outcomeLate(), rights, "are outcomes later than the pair's within");
        });
        return evidence;
    }

    private static void add(List<Evidence> evidence, View view, long count, long of, String what) {
        if (count >= LEAST_COUNT && count > LEAST_SHARE * of) {
            evidence.add(new Evidence(
                    Kind.PIPELINE,
                    Checks.share((double) count / of) + " of all " + of + " events of " + view.name() + " " + what));
        }
    }
}
