package dev.tidemark.core.view;

import dev.tidemark.core.aggregate.AggregateFunction.Input;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.ItemSize;
import dev.tidemark.core.window.TileWidth;
import java.util.Comparator;
import java.util.List;

/**
 * What a view's item writes cost in DynamoDB's write units, of which an item that is put takes one for each begun KB: an estimate
 * before the first event, from the tiles that made-up events make. Late events and repeated writes are not in it, nor is the
 * lane's row.
 *
 * @param perEvent for events of which each is of another entity or in another batch, and in a tile of its own
 * @param perBatch for an entity that has an event in every batch, one a second, and {@value #BUSY_EVENTS} events in a tile
 * @param mostPerBatch for such an entity, if all that its tiles hold is as large as it can become
 */
public record WriteCost(double perEvent, double perBatch, double mostPerBatch) {

    /** On demand, us-east-1. */
    public static final double DOLLARS_PER_MILLION_UNITS = 0.625;

    /** When the price was looked up. */
    public static final String PRICE_DATE = "2026-11-22";

    private static final int UNIT_BYTES = 1_024;

    /** Of an item beside its tiles, as heads are made to fit a unit. */
    private static final int OTHER_BYTES = 324;

    /** A tile's place, length and marks. */
    private static final long TILE_HEAD_BYTES = 6;

    /** How many tiles of those that fit a head go below at a time; see {@link dev.tidemark.core.tile.HeadState}. */
    private static final double SPILLED = 0.75;

    private static final int BUSY_EVENTS = 1_000;
    private static final double BATCH_MILLIS = 1_000;

    /** With the digits that follow, about as long as a real one. */
    private static final String SEQUENCE = "4959033827149025660855969253836157109592";

    /** How many different texts are made up. */
    private static final int TEXTS = 100;

    public static WriteCost of(View view) {
        double newTiles = Math.min(1, BATCH_MILLIS / view.ladder().hop().widthMillis());
        double perEvent = tileUnits(view, tileBytes(view, 1), 1, 0);
        double perBatch = tileUnits(view, tileBytes(view, BUSY_EVENTS), newTiles, 0.5);
        double most = tileUnits(view, ItemSize.maxTileBytes(view.layout()), newTiles, 1);
        if (view.pairs() != null) {
            // Each half changes the item of its key, and with it the pair changes tiles.
            return new WriteCost(
                    perEvent + 1,
                    perBatch + 1,
                    most + units(view.pairs().largestItem().totalBytes()));
        }
        View.Duplicates duplicates = view.duplicates();
        if (duplicates == null) {
            return new WriteCost(perEvent, perBatch, most);
        }
        long ids = units(ItemSize.ofIds(duplicates.rule()).totalBytes());
        return new WriteCost(perEvent + 1, perBatch + ids, most + ids);
    }

    /** The units of one put of so many bytes. */
    public static long units(long bytes) {
        return Math.max(1, (bytes + UNIT_BYTES - 1) / UNIT_BYTES);
    }

    /**
     * Of one put, and of what goes below for it sooner or later.
     *
     * @param newTiles how often a put begins a tile
     * @param filled which part of a block's tiles is there; at least those that go below at a time
     */
    private static double tileUnits(View view, long tileBytes, double newTiles, double filled) {
        HeadRule head = view.head();
        double spilled =
                head == null ? 1 : Math.max(1, SPILLED * Math.min(head.maxTiles(), head.maxBytes() / tileBytes));
        long blocks = 0;
        for (TileWidth width : view.ladder().widths()) {
            double tiles = Math.min(width.tilesPerBlock(), Math.max(spilled, filled * width.tilesPerBlock()));
            blocks += units(OTHER_BYTES + (long) (tiles * tileBytes));
        }
        return head == null
                ? blocks
                : units(OTHER_BYTES + Math.max(tileBytes, head.maxBytes())) + newTiles * blocks / spilled;
    }

    private static long tileBytes(View view, int events) {
        List<State> states = view.layout().entries().stream()
                .map(entry -> entry.type().create())
                .toList();
        List<View.InputField> inputs = view.inputs().stream()
                // What may be anything is what another feature wants it to be.
                .sorted(Comparator.comparing(input -> input.input() != Input.SCALAR))
                .toList();
        EventRow row = new EventRow(
                1 + inputs.stream().mapToInt(View.InputField::slot).max().orElse(0));
        for (int i = 0; i < events; i++) {
            row.setRecord(new Position(SEQUENCE + i, 0), "shardId-000000000000", i);
            row.setEventTimeMillis(i);
            for (View.InputField input : inputs) {
                if (FieldPath.parse(input.path()).isList()) {
                    EventRow element = new EventRow(1);
                    makeUp(input.ofElement(), element, i);
                    row.setElements(input.slot(), List.of(element));
                } else {
                    makeUp(input, row, i);
                }
            }
            for (State state : states) {
                state.add(row);
            }
        }
        ByteWriter out = new ByteWriter();
        states.stream().filter(state -> !state.isEmpty()).forEach(state -> state.writeTo(out));
        return TILE_HEAD_BYTES + out.size();
    }

    private static void makeUp(View.InputField input, EventRow row, long number) {
        switch (input.input()) {
            case NUMBER -> row.setNumber(input.slot(), 100 + number * 37 % 9_900, 2);
            case PROBABILITY -> row.setNumber(input.slot(), number * 37 % 1_000, 3);
            case BINARY -> row.setNumber(input.slot(), number % 2, 0);
            case BOOLEAN -> row.setBoolean(input.slot(), number % 2 == 0);
            case TEXT, SCALAR -> row.setString(input.slot(), "value-" + number % TEXTS);
            case NONE -> row.setAbsent(input.slot());
        }
    }
}
