package dev.tidemark.core.change;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.FoldSink;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.history.NotFolded;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Redrives records of the quarantine (rule Q1) into the views that could not fold them. Each is folded once, whatever
 * crashes and however many redrivers run.
 *
 * <pre>
 * read all manifests ─► finish the open ones ─► decide ─► append a manifest (claims, archives) ─► fold it ─► note it done
 *        ▲                                                   │ the number is taken
 *        └───────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>One call at a time; several redrivers may work at once.
 */
public final class Redriver {

    private static final int BATCH_RECORDS = 500;

    private final Catalog catalog;
    private final Map<String, View> views = new HashMap<>();
    private final ChangePorts ports;
    private final FoldSettings settings;
    private final Decider decider;

    private final Claims claims;

    /** @param settings those of the ingest function; the generation is taken from the control row */
    public Redriver(Catalog catalog, ChangePorts ports, FoldSettings settings) {
        this.catalog = catalog;
        catalog.views().forEach(view -> views.put(view.version(), view));
        this.ports = ports;
        this.settings = settings;
        this.claims = new Claims(ports.redrives());
        this.decider = new Decider(catalog, ports.past().inputs());
    }

    /** Decides as {@link #redrive} would, and changes nothing. */
    public CompletableFuture<RedriveReport> rehearse(List<Candidate> candidates) {
        check(candidates);
        return control()
                .thenCompose(control -> claims.catchUp()
                        .thenCompose(ignored -> decider.decide(candidates, control, claims))
                        .thenApply(decisions -> new RedriveReport(decisions, List.of())));
    }

    /**
     * Finishes what earlier redrives left open, then redrives the candidates that their views take.
     *
     * @param candidates no record of a view twice; possibly none
     * @return completes exceptionally when a store does not answer; repeating the call is always right
     */
    public CompletableFuture<RedriveReport> redrive(List<Candidate> candidates) {
        check(candidates);
        List<RedriveOutcome> outcomes = new ArrayList<>();
        return control()
                .thenCompose(control -> claims.catchUp()
                        .thenCompose(ignored -> finishOpen(control, outcomes))
                        .thenCompose(ignored -> append(candidates, control, outcomes)));
    }

    private static void check(List<Candidate> candidates) {
        Set<Claim> seen = new HashSet<>();
        for (Candidate candidate : candidates) {
            Claim claim = Claim.of(candidate.quarantined());
            if (!seen.add(claim)) {
                throw new IllegalArgumentException("record " + claim.position().text() + " of lane "
                        + claim.lane().id() + " twice for view version " + claim.viewVersion());
            }
        }
    }

    private CompletableFuture<ControlRow> control() {
        return ports.control().readControl().thenApply(stored -> {
            ControlRow row = stored.orElseThrow(() ->
                    new IllegalStateException("nothing was ever folded here: the control table has no control row"));
            if (row.phase() != ControlRow.Phase.LIVE) {
                throw new IllegalStateException(
                        "the state is being restored (" + row.phase() + "): redrive when it is live");
            }
            return row;
        });
    }

    private CompletableFuture<Void> finishOpen(ControlRow control, List<RedriveOutcome> outcomes) {
        return Flight.inOrder(
                claims.open(),
                open -> ports.redrives()
                        .read(open)
                        .thenCompose(manifest -> foldAndFinish(manifest, control))
                        .thenAccept(outcomes::add));
    }

    private CompletableFuture<RedriveReport> append(
            List<Candidate> candidates, ControlRow control, List<RedriveOutcome> outcomes) {
        return decider.decide(candidates, control, claims)
                .thenCompose(decisions -> append(decisions, candidates, control, outcomes));
    }

    private CompletableFuture<RedriveReport> append(
            List<Decision> decisions, List<Candidate> candidates, ControlRow control, List<RedriveOutcome> outcomes) {
        List<Entry> entries = entries(decisions);
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(new RedriveReport(decisions, outcomes));
        }
        Manifest manifest = new Manifest(claims.last() + 1, ports.clockMillis().getAsLong(), entries);
        return ports.redrives().append(manifest).thenCompose(isStored -> {
            if (!isStored) {
                // Another redriver was faster and may have claimed some of these: decide again. That is progress.
                return claims.catchUp().thenCompose(ignored -> append(candidates, control, outcomes));
            }
            claims.add(manifest);
            return foldAndFinish(manifest, control).thenApply(outcome -> {
                outcomes.add(outcome);
                return new RedriveReport(decisions, outcomes);
            });
        });
    }

    /** By position, so that each lane can be folded in order. */
    private static List<Entry> entries(List<Decision> decisions) {
        List<Entry> entries = new ArrayList<>();
        for (Decision decision : decisions) {
            if (decision instanceof Decision.Accepted accepted) {
                entries.add(entry(accepted.candidate()));
            }
        }
        entries.sort(Comparator.comparing(Entry::viewVersion)
                .thenComparing(entry -> entry.lane().id())
                .thenComparing(entry -> entry.record().position()));
        return entries;
    }

    private static Entry entry(Candidate candidate) {
        RawRecord original = candidate.quarantined().record();
        return new Entry(
                candidate.quarantined().view(),
                candidate.quarantined().viewVersion(),
                candidate.quarantined().lane(),
                candidate.record(),
                Sha256.hex(original.data()));
    }

    private CompletableFuture<RedriveOutcome> foldAndFinish(Manifest manifest, ControlRow control) {
        Told told = new Told(control);
        FoldSink sink = new FoldSink(Catalogs.of(catalog), BATCH_RECORDS, Long.MAX_VALUE, told);
        return History.redrive(manifest, views, sink)
                .handle((taken, failure) -> told.outcome(manifest, failure))
                .thenCompose(outcome -> outcome.isDone()
                        ? ports.redrives()
                                .finish(manifest.number(), ports.clockMillis().getAsLong())
                                .thenApply(ignored -> outcome)
                        : CompletableFuture.completedFuture(outcome));
    }

    /** Folds one manifest. */
    private final class Told implements FoldSink.Job {

        private final ControlRow control;
        private final Set<String> troubles = new LinkedHashSet<>();
        private long expiredBlocks;

        Told(ControlRow control) {
            this.control = control;
        }

        @Override
        public boolean takes(LanePart part) {
            return control.folds(part.views().get(0).version());
        }

        @Override
        public FoldPorts ports(LanePart part, Lane lane, LongSupplier knownMillis) {
            return ports.foldOfRedrive(control, part, ports.clockMillis());
        }

        @Override
        public FoldSettings settings() {
            return settings.withGeneration(control.generation());
        }

        @Override
        public void delivered(LanePart part, BatchOutcome outcome) {
            expiredBlocks += outcome.counts().expired.sum();
            troubles.addAll(outcome.troubles());
            outcome.violations().forEach(violation -> troubles.add("protocol violation: " + violation));
        }

        /** A failed request is reported in the outcome, not thrown. */
        RedriveOutcome outcome(Manifest manifest, @Nullable Throwable failure) {
            int gone = 0;
            Set<String> unknown = new TreeSet<>();
            for (Entry entry : manifest.entries()) {
                if (!control.folds(entry.viewVersion())) {
                    gone++;
                } else if (!views.containsKey(entry.viewVersion())) {
                    unknown.add(entry.viewVersion());
                }
            }
            unknown.forEach(version -> troubles.add("this catalog does not define view version " + version));
            if (failure != null && !(Failures.cause(failure) instanceof NotFolded)) {
                throw new CompletionException(Failures.cause(failure));
            }
            return new RedriveOutcome(
                    manifest.number(),
                    manifest.entries().size(),
                    gone,
                    expiredBlocks,
                    List.copyOf(troubles),
                    failure == null && unknown.isEmpty());
        }
    }
}
