package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.stream.RawRecord;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Redrives records of the quarantine (rule Q1): into the views that could not fold them, each once, whatever crashes and
 * whoever else does the same.
 *
 * <pre>
 * read all manifests ─► finish the open ones ─► decide ─► append a manifest (claims, archives) ─► fold it ─► note it done
 *        ▲                                                   │ the number is taken
 *        └───────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>One call after the other; several redrivers may work at once.
 */
public final class Redriver {

    private final RedrivePorts ports;
    private final Decider decider;
    private final ManifestFold fold;

    private final Claims claims;

    /** @param settings those of the ingest function; the generation is taken from the control row */
    public Redriver(Catalog catalog, RedrivePorts ports, FoldSettings settings) {
        this.ports = ports;
        this.claims = new Claims(ports.log());
        this.decider = new Decider(catalog);
        this.fold = new ManifestFold(Catalogs.of(catalog), ports, settings);
    }

    /** Decides as {@link #redrive} would, and changes nothing. */
    public CompletableFuture<RedriveReport> rehearse(List<Candidate> candidates) {
        check(candidates);
        return control()
                .thenCompose(control -> claims.catchUp()
                        .thenApply(ignored -> new RedriveReport(decide(candidates, control), List.of())));
    }

    /**
     * Finishes what earlier redrives left open, then redrives the candidates as far as their views take them.
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
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (long open : claims.open()) {
            chain = chain.thenCompose(ignored -> ports.log().read(open))
                    .thenCompose(manifest -> foldAndFinish(manifest, control))
                    .thenAccept(outcomes::add);
        }
        return chain;
    }

    private CompletableFuture<RedriveReport> append(
            List<Candidate> candidates, ControlRow control, List<RedriveOutcome> outcomes) {
        List<Decision> decisions = decide(candidates, control);
        List<Entry> entries = entries(decisions);
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(new RedriveReport(decisions, outcomes));
        }
        Manifest manifest = new Manifest(claims.last() + 1, ports.clockMillis().getAsLong(), entries);
        return ports.log().append(manifest).thenCompose(isStored -> {
            if (!isStored) {
                // Somebody else was faster and has perhaps claimed some of these; look again. That is progress.
                return claims.catchUp().thenCompose(ignored -> append(candidates, control, outcomes));
            }
            claims.add(manifest);
            return foldAndFinish(manifest, control).thenApply(outcome -> {
                outcomes.add(outcome);
                return new RedriveReport(decisions, outcomes);
            });
        });
    }

    private List<Decision> decide(List<Candidate> candidates, ControlRow control) {
        List<Decision> decisions = new ArrayList<>(candidates.size());
        candidates.forEach(candidate -> decisions.add(decider.decide(candidate, control, claims)));
        return decisions;
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
                sha256(original.data()));
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private CompletableFuture<RedriveOutcome> foldAndFinish(Manifest manifest, ControlRow control) {
        return fold.fold(manifest, control)
                .thenCompose(outcome -> outcome.isDone()
                        ? ports.log()
                                .finish(manifest.number(), ports.clockMillis().getAsLong())
                                .thenApply(ignored -> outcome)
                        : CompletableFuture.completedFuture(outcome));
    }
}
