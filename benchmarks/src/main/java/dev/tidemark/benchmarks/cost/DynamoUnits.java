package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.WriteCost;
import java.nio.charset.StandardCharsets;

/**
 * DynamoDB's documented arithmetic: an item is as large as its attributes' names and values; a write costs a unit per
 * begun KB, a strongly consistent read a unit per begun 4 KB, an eventually consistent one half of that, and nothing
 * costs less than what one unit costs.
 */
final class DynamoUnits {

    /** On demand, us-east-1, in dollars per million. */
    static final double DOLLARS_PER_MILLION_WRITE_UNITS = WriteCost.DOLLARS_PER_MILLION_UNITS;

    static final double DOLLARS_PER_MILLION_READ_UNITS = 0.125;

    /** A Query answers with at most this much at a time. */
    static final long PAGE_BYTES = 1L << 20;

    private static final long READ_UNIT_BYTES = 4_096;
    private static final int MAP_BYTES = 3;
    private static final int MAP_ENTRY_BYTES = 1;

    private DynamoUnits() {}

    static long written(long bytes) {
        return WriteCost.units(bytes);
    }

    static long readStrongly(long bytes) {
        return Math.max(1, (bytes + READ_UNIT_BYTES - 1) / READ_UNIT_BYTES);
    }

    static double readEventually(long bytes) {
        return readStrongly(bytes) / 2.0;
    }

    /** A state item: {@code pk}, {@code sk}, {@code m}ark, {@code b}ody and, where it expires, {@code x}. */
    static int itemBytes(ItemKey key, StoredItem item) {
        int expires = item.expiresAtSeconds() == 0 ? 0 : number("x", item.expiresAtSeconds());
        return text("pk", key.partitionKey())
                + text("sk", key.sortKey())
                + text("m", item.mark().text())
                + 1
                + item.body().length
                + expires;
    }

    /** A lane row with its one-letter attributes and its map of views. */
    static int rowBytes(LaneRow row) {
        int views = 1 + MAP_BYTES;
        for (var view : row.views().entrySet()) {
            views += MAP_ENTRY_BYTES + text(view.getKey(), view.getValue().text());
        }
        return text("pk", "lane")
                + text("sk", row.lane().id())
                + number("f", 1)
                + number("r", row.rev())
                + text("s", row.lane().streamArn())
                + number("t", row.lane().streamCreatedMillis())
                + text("h", row.lane().shardId())
                + text("l", row.last().text())
                + number("c", row.count())
                + number("a", row.maxArrivalMillis())
                + text("g", row.generation())
                + views;
    }

    /** The control row. */
    static int rowBytes(ControlRow row) {
        int views = 1 + MAP_BYTES;
        for (var view : row.views().entrySet()) {
            views += MAP_ENTRY_BYTES + text(view.getKey(), view.getValue().name());
        }
        return text("pk", "control")
                + text("sk", "control")
                + number("f", 1)
                + number("r", row.rev())
                + text("g", row.generation())
                + text("p", row.phase().name())
                + views;
    }

    static int text(String name, String value) {
        return utf8(name) + utf8(value);
    }

    /** One byte per two significant digits and one more; another for a sign. */
    static int number(String name, long value) {
        String digits = Long.toString(value).replace("-", "").replaceAll("0+$", "");
        return utf8(name) + (digits.length() + 1) / 2 + 1 + (value < 0 ? 1 : 0);
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
