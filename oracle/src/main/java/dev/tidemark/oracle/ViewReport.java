package dev.tidemark.oracle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the records, for one view.
 *
 * @param view the view's name
 * @param folded how many events count in its values
 * @param late how many of those belong to an earlier hop than their arrival
 * @param passedBy how many its {@code where} does not want
 * @param quarantined the bad ones, by shard and position
 * @param tooLate the ones older than the view's retention when they arrived, by shard and position
 * @param duplicates the dropped producer duplicates, or lefts of pairs, by shard and position
 * @param pairs null unless the view reads pairs
 */
public record ViewReport(
        String view,
        int folded,
        int late,
        int passedBy,
        List<Quarantined> quarantined,
        List<StreamRecord> tooLate,
        List<StreamRecord> duplicates,
        @Nullable Pairs pairs) {

    /**
     * What the halves met that are folded, counted.
     *
     * @param taken of the rights that fit no left when they came, those that a later left found to fit
     */
    public record Pairs(int lefts, int paired, int superseded, int outcomeLate, int waiting, int taken) {}

    /**
     * A record that cannot be folded into this view.
     *
     * @param reason such as {@code MISSING_FIELD}
     */
    public record Quarantined(StreamRecord record, String reason) {}

    public ViewReport {
        quarantined = List.copyOf(quarantined);
        tooLate = List.copyOf(tooLate);
        duplicates = List.copyOf(duplicates);
    }
}
