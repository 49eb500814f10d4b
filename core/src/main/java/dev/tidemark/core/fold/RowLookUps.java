package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.tile.EntityKeys;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills the slots of an event's row that are looked up in references, from the snapshots that are effective for the record's
 * arrival (rule X1), and in a snapshot from the row that is valid at the event's time. What is not found is absent.
 */
final class RowLookUps {

    private final List<OfReference> lookUps;

    private static final class OfReference {
        private final LookUp lookUp;
        private final int[] keySlots;
        private final List<String> keyNames;

        OfReference(LookUp lookUp) {
            this.lookUp = lookUp;
            this.keySlots = lookUp.keySlots().stream().mapToInt(slot -> slot).toArray();
            this.keyNames =
                    lookUp.keySlots().stream().map(slot -> lookUp.reference()).toList();
        }
    }

    RowLookUps(List<LookUp> lookUps) {
        this.lookUps = lookUps.stream().map(OfReference::new).toList();
    }

    /** @return how many look-ups found no row */
    int fill(EventRow row, Inputs.Ready ready) {
        int notFound = 0;
        for (int i = 0; i < lookUps.size(); i++) {
            OfReference of = lookUps.get(i);
            Snapshot.Row found = find(of, row, ready);
            notFound += found == null ? 1 : 0;
            for (LookUp.Target target : of.lookUp.targets()) {
                set(row, target.slot(), found == null ? null : found.values().get(target.field()));
            }
        }
        return notFound;
    }

    private static Snapshot.@Nullable Row find(OfReference of, EventRow row, Inputs.Ready ready) {
        Snapshots snapshots = ready.references().get(of.lookUp.reference());
        if (snapshots == null) {
            throw new IllegalStateException(
                    "records are read without the snapshots of reference '" + of.lookUp.reference() + "'");
        }
        String key = key(of, row);
        return key == null ? null : snapshots.at(row.arrivalMillis()).row(key, row.eventTimeMillis());
    }

    /** Null if the event has none: then there is nothing to find. */
    private static @Nullable String key(OfReference of, EventRow row) {
        try {
            return EntityKeys.of(row, of.keySlots, of.keyNames);
        } catch (InvalidEvent hasNone) {
            return null;
        }
    }

    private static void set(EventRow row, int slot, @Nullable Object value) {
        if (value instanceof BigDecimal number) {
            row.setDecimal(slot, number);
        } else if (value instanceof Boolean bool) {
            row.setBoolean(slot, bool);
        } else if (value instanceof String text) {
            row.setString(slot, text);
        } else {
            row.setAbsent(slot);
        }
    }
}
