package dev.tidemark.oracle;

import java.util.List;

/**
 * What became of the records, for one view.
 *
 * @param view the view's name
 * @param folded how many events count in its values
 * @param late how many of those belong to an earlier hop than their arrival
 * @param passedBy how many its {@code where} does not want
 * @param quarantined the bad ones, by shard and position
 * @param tooLate the ones older than the view's retention when they arrived, by shard and position
 * @param duplicates the dropped producer duplicates, by shard and position
 */
public record ViewReport(
        String view,
        int folded,
        int late,
        int passedBy,
        List<Quarantined> quarantined,
        List<StreamRecord> tooLate,
        List<StreamRecord> duplicates) {

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
