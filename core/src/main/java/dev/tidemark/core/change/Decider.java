package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Decides what a redrive does with candidates; changes nothing. Not thread-safe. */
final class Decider {

    private final Map<String, Judge> judges = new HashMap<>();
    private final Inputs inputs;

    private record Judge(Catalog.Source source, RecordJudge of) {}

    /** @param inputs what reading the candidates' records needs */
    Decider(Catalog catalog, Inputs inputs) {
        this.inputs = inputs;
        for (View view : catalog.views()) {
            Catalog.Source source = catalog.sourceOf(view);
            judges.put(view.version(), new Judge(source, new RecordJudge(view, source)));
        }
    }

    CompletableFuture<List<Decision>> decide(List<Candidate> candidates, ControlRow control, Claims claims) {
        List<Decision> decisions = new ArrayList<>(candidates.size());
        return Flight.inOrder(
                        candidates,
                        candidate -> decide(candidate, control, claims).thenAccept(decisions::add))
                .thenApply(decided -> decisions);
    }

    private CompletableFuture<Decision> decide(Candidate candidate, ControlRow control, Claims claims) {
        OptionalLong manifest = claims.manifestOf(candidate.quarantined());
        if (manifest.isPresent()) {
            return completed(new Decision.Claimed(candidate, manifest.getAsLong()));
        }
        String version = candidate.quarantined().viewVersion();
        if (!control.folds(version)) {
            return completed(new Decision.ViewGone(
                    candidate,
                    "the deployment does not fold version " + version
                            + " of the view any more, so there is no state that the record could go into"));
        }
        Judge judge = judges.get(version);
        if (judge == null) {
            return completed(new Decision.ViewGone(
                    candidate,
                    "the deployment folds version " + version + " of the view, but this catalog does not define it"));
        }
        return inputs.prepare(judge.source(), List.of(candidate.record())).thenApply(ready -> {
            try {
                return new Decision.Accepted(
                        candidate,
                        judge.of()
                                .judge(
                                        candidate.record(),
                                        candidate.quarantined().lane().shardId(),
                                        ready));
            } catch (InvalidEvent reason) {
                return new Decision.StillBad(candidate, reason);
            }
        });
    }

    private static CompletableFuture<Decision> completed(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
