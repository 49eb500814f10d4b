package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Decides what a redrive does with a candidate; changes nothing. Not thread-safe. */
final class Decider {

    private final Map<String, RecordJudge> judges = new HashMap<>();

    Decider(Catalog catalog) {
        for (View view : catalog.views()) {
            judges.put(view.version(), new RecordJudge(view, catalog.sourceOf(view)));
        }
    }

    Decision decide(Candidate candidate, ControlRow control, Claims claims) {
        OptionalLong manifest = claims.manifestOf(candidate.quarantined());
        if (manifest.isPresent()) {
            return new Decision.Claimed(candidate, manifest.getAsLong());
        }
        String version = candidate.quarantined().viewVersion();
        if (!control.folds(version)) {
            return new Decision.ViewGone(
                    candidate,
                    "the deployment does not fold version " + version
                            + " of the view any more, so there is no state that the record could go into");
        }
        RecordJudge judge = judges.get(version);
        if (judge == null) {
            return new Decision.ViewGone(
                    candidate,
                    "the deployment folds version " + version + " of the view, but this catalog does not define it");
        }
        try {
            return new Decision.Accepted(candidate, judge.judge(candidate.record()));
        } catch (InvalidEvent reason) {
            return new Decision.StillBad(candidate, reason);
        }
    }
}
