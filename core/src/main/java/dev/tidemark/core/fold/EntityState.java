package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides which items an event changes: the head of its entity, and items of the ladder's widths
 * (rule U1). A fold, a replay in memory and an audit go through it. Takes the events of one entity and lane in order.
 * Not thread-safe.
 *
 * <p>Without a head, each event goes into one item of every width.
 */
public final class EntityState {

    private final View view;
    private final List<TileWidth> widths;
    private final @Nullable HeadState head;
    private final Position stored;
    private Position mark;

    /** Is told what goes into items of widths. Each change counts only for an item whose mark is before its event. */
    public interface Items {

        /** For who wants the head alone. */
        Items NONE = new Items() {
            @Override
            public void event(int rung, long tile, EventRow row, long filterBits, long open) {}

            @Override
            public void tile(int rung, long tile, byte[] encoded, EventRow row, long open) {}
        };

        /**
         * One event.
         *
         * @param rung which width of the view's ladder
         * @param tile of that width
         * @param open see {@link dev.tidemark.core.tile.ItemState#open}
         */
        void event(int rung, long tile, EventRow row, long filterBits, long open);

        /**
         * All events of a hop tile that a head gives up.
         *
         * @param tile of that width
         * @param encoded see {@link dev.tidemark.core.tile.ItemState#merge}
         * @param row the event at which the head gives it up
         */
        void tile(int rung, long tile, byte[] encoded, EventRow row, long open);
    }

    /**
     * @param shardId of the lane
     * @param stored the entity's head; null if there is none, or none yet
     * @throws dev.tidemark.core.tile.CorruptItem if the head cannot be read
     */
    public EntityState(View view, String shardId, @Nullable StoredItem stored) {
        this.view = view;
        this.widths = view.ladder().widths();
        HeadRule rule = view.head();
        if (rule == null) {
            head = null;
        } else if (stored == null) {
            head = HeadState.empty(view.layout(), rule, shardId);
        } else {
            head = HeadState.decode(view.layout(), rule, shardId, stored.body());
        }
        this.stored = stored == null ? Position.ORIGIN : stored.mark();
        this.mark = this.stored;
    }

    /** The position of the last event that is in the head or below it; {@link Position#ORIGIN} before the first. */
    public Position mark() {
        return mark;
    }

    /** Whether the head was stored with an event in it or below it (rule U3). One record may make two events (rule J1). */
    public boolean has(Position position) {
        return !position.isAfter(stored);
    }

    /**
     * Folds the next event of the lane. One that the head's mark says was in when it was stored is passed over.
     *
     * @param filterBits see {@link dev.tidemark.core.tile.Tile#add}
     */
    public void add(EventRow row, long filterBits, Items to) {
        if (head == null) {
            for (int rung = 0; rung < widths.size(); rung++) {
                long tile = widths.get(rung).tileOf(row.eventTimeMillis());
                to.event(rung, tile, row, filterBits, HeadState.NOT_OPEN);
            }
        } else if (!has(row.position())) {
            mark = row.position();
            fold(head, row, filterBits, to);
        }
    }

    private void fold(HeadState into, EventRow row, long filterBits, Items to) {
        if (!into.add(row, filterBits)) {
            for (int rung = 0; rung < widths.size(); rung++) {
                to.event(rung, widths.get(rung).tileOf(row.eventTimeMillis()), row, filterBits, into.open());
            }
        }
        for (HeadState.Spilled spilled : into.spilled()) {
            spill(spilled, into.open(), row, to);
        }
    }

    /** A tile that nobody can ask for any more at one width is left out there. */
    private void spill(HeadState.Spilled spilled, long open, EventRow row, Items to) {
        long startMillis = widths.get(0).tileStartMillis(spilled.tile());
        for (int rung = 0; rung < widths.size(); rung++) {
            TileWidth width = widths.get(rung);
            long tile = width.tileOf(startMillis);
            if (row.arrivalMillis() <= Expiry.lastUseMillis(view, width, tile)) {
                to.tile(rung, tile, spilled.encoded(), row, open);
            }
        }
    }

    /** Until when a question may ask for something in the head. Of a view with heads, after an event. */
    long lastUseMillis() {
        return Expiry.lastUseMillis(
                Objects.requireNonNull(view.head()), Objects.requireNonNull(head, "the view has no heads"));
    }

    /** As {@link #stored(long)} if only the tiles decide how long the head is kept. */
    public StoredItem stored() {
        return stored(Long.MIN_VALUE);
    }

    /**
     * The head as it is stored. Of a view with heads, after an event.
     *
     * @param usefulMillis a moment at which the head is still needed, whatever its tiles
     */
    public StoredItem stored(long usefulMillis) {
        HeadState state = Objects.requireNonNull(head, "the view has no heads");
        HeadRule rule = Objects.requireNonNull(view.head());
        return new StoredItem(mark, state.encode(), Expiry.ofHeadSeconds(view, rule, state, usefulMillis));
    }
}
