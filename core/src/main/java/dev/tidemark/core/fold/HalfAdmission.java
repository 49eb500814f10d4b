package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.HalfFields;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.pair.PairRule.Kept;
import dev.tidemark.core.pair.PairRule.Named;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.util.List;

/**
 * Decides whether a view of pairs takes an event as a half. The entity is the pair's key. A half must carry all that its side
 * owes to any pair, so that no pair can be bad: its parts of the entity, each condition that reads this side alone, and the
 * inputs of all features but those whose condition it fails by itself. If it fails the view's condition by itself, it owes
 * nothing: no pair of it counts.
 */
final class HalfAdmission extends Admission {

    private final View view;
    private final PairRule rule;
    private final Keys left;
    private final Keys right;

    /** A pair of which one side is known. */
    private final EventRow alone;

    private boolean isLeft;
    private byte[] fields = {};

    /** The slots and names of a side's key and of its parts of the entity. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Keys(int[] key, List<String> keyNames, int[] entity, List<String> entityNames) {

        static Keys of(PairRule.Side side) {
            return new Keys(slots(side.key()), names(side.key()), slots(side.entity()), names(side.entity()));
        }

        private static int[] slots(List<Named> fields) {
            return fields.stream().mapToInt(Named::slot).toArray();
        }

        private static List<String> names(List<Named> fields) {
            return fields.stream().map(Named::name).toList();
        }
    }

    HalfAdmission(View view, PairRule rule) {
        super(view);
        this.view = view;
        this.rule = rule;
        this.left = Keys.of(rule.left());
        this.right = Keys.of(rule.right());
        this.alone = new EventRow(rule.slots());
    }

    /** What is imported meets no other half: pairs begin with the stream, and need no seam. */
    @Override
    boolean counts(BatchRows rows, int index) {
        return !rows.isImport();
    }

    @Override
    boolean wants(EventRow row) {
        isLeft = passes(rule.left(), row);
        return isLeft || passes(rule.right(), row);
    }

    private static boolean passes(PairRule.Side side, EventRow row) {
        return side.where() == null || side.where().test(row);
    }

    @Override
    String entityOf(EventRow row) {
        Keys keys = isLeft ? left : right;
        return EntityKeys.of(row, keys.key(), keys.keyNames(), "pair key");
    }

    @Override
    void check(EventRow row) {
        PairRule.Side side = rule.side(isLeft);
        fields = HalfFields.encode(side.kept(), row);
        alone.clear();
        HalfFields.decode(fields, side.kept(), alone);
        boolean mayCount =
                !side.ownsWhere() || view.where() == null || view.where().test(alone);
        if (mayCount) {
            checkOwed(side);
        }
        for (Kept field : side.kept()) {
            if (alone.kind(field.to()) == EventRow.Kind.STRING) {
                checkLength(field.path(), alone.string(field.to()), field.maxBytes());
            }
        }
    }

    private void checkOwed(PairRule.Side side) {
        long passed = 0;
        for (int i = 0; i < view.filters().size(); i++) {
            boolean isOwn = (side.ownFilters() & 1L << i) != 0;
            passed |= !isOwn || view.filters().get(i).test(alone) ? 1L << i : 0;
        }
        for (View.InputField input : view.inputs()) {
            if (side.has(input.slot())
                    && (input.filter() == TileLayout.NO_FILTER || (passed & 1L << input.filter()) != 0)) {
                checkInput(input, alone);
            }
        }
        checkEntity(isLeft ? left : right);
    }

    private void checkEntity(Keys keys) {
        if (keys.entity().length > 0) {
            EntityKeys.of(alone, keys.entity(), keys.entityNames());
        }
    }

    @Override
    boolean changesNothing() {
        return false;
    }

    boolean isLeft() {
        return isLeft;
    }

    /** After {@link #check}. */
    Half half(EventRow row, long owner) {
        return new Half(isLeft, owner, row.arrivalMillis(), row.eventTimeMillis(), fields);
    }
}
