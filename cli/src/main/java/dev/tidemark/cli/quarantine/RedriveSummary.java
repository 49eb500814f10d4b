package dev.tidemark.cli.quarantine;

import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.change.Decision;
import dev.tidemark.core.change.RedriveOutcome;
import dev.tidemark.core.change.RedriveReport;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Adds up what a redrive did, and tells it. */
final class RedriveSummary {

    /** How many of the records that could not be redriven are named. */
    private static final int MAX_NAMED = 50;

    private final PrintWriter out;
    private final boolean dryRun;
    private Set<String> ofPairs = Set.of();
    private int folded;
    private int halves;
    private int filtered;
    private int tooLate;
    private int acrossSeam;
    private int claimed;
    private int bad;
    private int gone;
    private boolean isUnfinished;

    RedriveSummary(PrintWriter out, boolean dryRun) {
        this.out = out;
        this.dryRun = dryRun;
    }

    /** @param catalog by which it is redriven */
    void of(Catalog catalog) {
        ofPairs = catalog.views().stream()
                .filter(view -> view.pairs() != null)
                .map(View::version)
                .collect(Collectors.toSet());
    }

    /** @param keys what the records are called */
    void add(RedriveReport report, Map<Claim, String> keys) {
        report.outcomes().forEach(this::add);
        report.decisions().forEach(decision -> add(decision, keys));
        out.flush();
    }

    private void add(RedriveOutcome outcome) {
        String number = "Redrive " + outcome.manifest() + " (" + S3RedriveLog.key(outcome.manifest()) + ")";
        if (outcome.isDone()) {
            out.println(number + ": " + Plural.of(outcome.records() - outcome.gone(), "record") + " done");
        } else {
            isUnfinished = true;
            out.println(number + " is not finished: " + String.join("; ", outcome.troubles()) + System.lineSeparator()
                    + "    go on with `tidemark quarantine redrive --resume`");
        }
        if (outcome.gone() > 0) {
            out.println("    " + Plural.of(outcome.gone(), "record")
                    + " passed over: their view version is not folded any more");
        }
        if (outcome.expiredBlocks() > 0) {
            out.println("    " + Plural.of(outcome.expiredBlocks(), "block")
                    + " not written: no window looks that far back any more, so these records change no value");
        }
    }

    private void add(Decision decision, Map<Claim, String> keys) {
        if (decision instanceof Decision.Accepted accepted) {
            count(accepted.verdict());
            String version = decision.candidate().quarantined().viewVersion();
            halves += accepted.verdict() == Admission.Verdict.IN && ofPairs.contains(version) ? 1 : 0;
        } else if (decision instanceof Decision.Claimed) {
            claimed++;
        } else if (decision instanceof Decision.StillBad stillBad) {
            bad++;
            InvalidEvent reason = stillBad.reason();
            name(
                    decision,
                    keys,
                    "is still bad: " + reason.reason() + ", " + reason.getMessage() + "; " + reason.remedy());
        } else if (decision instanceof Decision.ViewGone viewGone) {
            gone++;
            name(decision, keys, "has no place: " + viewGone.problem());
        }
    }

    private void count(Admission.Verdict verdict) {
        switch (verdict) {
            case IN -> folded++;
            case OUT -> filtered++;
            case TOO_LATE -> tooLate++;
            case BEFORE_SEAM, AFTER_SEAM -> acrossSeam++;
        }
    }

    private void name(Decision decision, Map<Claim, String> keys, String what) {
        if (bad + gone <= MAX_NAMED) {
            out.println(
                    keys.get(Claim.of(decision.candidate().quarantined())) + System.lineSeparator() + "    " + what);
        }
    }

    /** @return whether everything was redriven as requested */
    boolean print() {
        if (bad + gone > MAX_NAMED) {
            out.println("... and " + (bad + gone - MAX_NAMED) + " more");
        }
        int redriven = folded + filtered + tooLate + acrossSeam;
        out.println((dryRun ? "Would redrive " : "Redriven: ")
                + Plural.of(redriven, "record")
                + details()
                + part(claimed, "redriven before")
                + part(bad, "still bad")
                + part(gone, "of a view that is gone, or not in this catalog"));
        if (halves > 0) {
            out.println("    " + Plural.of(halves, "half", "halves")
                    + " of pairs, which meet those of one redrive only; to meet the others, a record must come again on the"
                    + " stream (docs/quarantine.md)");
        }
        return bad + gone == 0 && !isUnfinished;
    }

    private String details() {
        return filtered + tooLate + acrossSeam == 0
                ? ""
                : " (" + folded + " folded" + part(filtered, "filtered") + part(tooLate, "too late")
                        + part(acrossSeam, "across the source's seam") + ")";
    }

    private static String part(int records, String what) {
        return records == 0 ? "" : ", " + records + " " + what;
    }
}
