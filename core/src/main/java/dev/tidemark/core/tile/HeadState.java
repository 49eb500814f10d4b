package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * What a head holds: the newest hop tiles of an entity in one lane (rule U1). It takes every event that is not late, so
 * that a batch writes one item per entity, whatever the windows. When it would hold too much, its oldest tiles spill into
 * the items below: their blocks of hops, and the coarse items, which are sums of hops.
 *
 * <p>Example: at most 3 tiles, of which one stays after a spill; events of the tiles 5, 6, 8, 9 and 6 again.
 *
 * <pre>{@code
 * event   tiles    open   goes below
 * 5       5
 * 6       5 6
 * 8       5 6 8
 * 9       9        9      tiles 5, 6 and 8: a spill
 * 6       9        9      the event: it is late
 * }</pre>
 *
 * Every step depends on the events before it and on nothing else, so that each replay makes the same items. Mutable, not
 * thread-safe.
 */
public final class HeadState {

    /** In place of a tile index: nothing has gone below yet. */
    public static final long NOT_OPEN = -1;

    private static final int FORMAT_VERSION = 2;

    private static final int NO_DIGIT = 15;

    /** Of what stands before the tiles, with ordinary subsequence numbers and times. */
    private static final int MAX_NUMBERS_BYTES = 24;

    /** A spill leaves a quarter of what a head may hold. */
    private static final int KEPT = 4;

    private final TileLayout layout;
    private final String shardId;
    private final HeadRule rule;
    private TileList tiles;
    private long open = NOT_OPEN;

    /** Of {@link #below}, as stored, because it mostly is only passed on. */
    private byte[] belowSequence = {};

    private long belowSubsequence;
    private List<Spilled> spilled = List.of();

    /**
     * A hop tile that the head gives up.
     *
     * @param encoded its bytes, see {@link ItemState#merge}
     */
    @SuppressWarnings("ArrayRecordComponent") // Bytes on their way into items; never compared.
    public record Spilled(long tile, byte[] encoded) {}

    private HeadState(TileLayout layout, HeadRule rule, String shardId) {
        this.layout = layout;
        this.shardId = shardId;
        this.rule = rule;
        this.tiles = new TileList(layout, shardId);
    }

    /** A head to which no event was added. */
    public static HeadState empty(TileLayout layout, HeadRule rule, String shardId) {
        return new HeadState(layout, rule, shardId);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param shardId the shard whose lane wrote the item, see {@link ItemKey#shardId}
     * @param body kept, so nobody may change it
     * @throws CorruptItem if the bytes are not what a fold with this layout writes
     */
    public static HeadState decode(TileLayout layout, HeadRule rule, String shardId, byte[] body) {
        try {
            HeadState head = new HeadState(layout, rule, shardId);
            head.read(new ByteReader(body), body);
            return head;
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("the head of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    private void read(ByteReader in, byte[] body) {
        readVersion(in);
        belowSequence = in.readBytes();
        belowSubsequence = in.readVarint();
        open = in.readVarint() - 1;
        tiles.read(in, body, in.readVarint(), Math.max(open, 0));
    }

    private static void readVersion(ByteReader in) {
        int version = in.readByte();
        if (version != FORMAT_VERSION) {
            throw new CorruptItem("format version " + version + " of a head; this release reads " + FORMAT_VERSION);
        }
    }

    /**
     * As {@link #below}, from a head's bytes alone.
     *
     * @throws CorruptItem if they are no head's
     */
    public static Position belowOf(byte[] body) {
        try {
            ByteReader in = new ByteReader(body);
            readVersion(in);
            return position(in.readBytes(), in.readVarint());
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new CorruptItem("the head of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Folds the next event of the lane. Afterwards, {@link #spilled} has what it made the head give up.
     *
     * @param row not kept
     * @param filterBits see {@link Tile#add}
     * @return false if the event is late: its tile is before {@link #open}, so that it belongs below
     */
    public boolean add(EventRow row, long filterBits) {
        forgetUseless(row.arrivalMillis());
        spilled = List.of();
        if (tiles.size() == 0) {
            setBelow(row.position());
        }
        long tile = Math.floorDiv(row.eventTimeMillis(), rule.hopMillis());
        if (tile < open) {
            setBelow(row.position());
            return false;
        }
        if (tiles.add(tile, row, filterBits)) {
            spill(row.position());
        }
        return true;
    }

    /** What the last event made the head give up, oldest first. */
    public List<Spilled> spilled() {
        return spilled;
    }

    /**
     * U5: DynamoDB may delete a head whose tiles nobody can ask for. What is left of it then must be what would be left
     * anyway, to every event that can still come.
     */
    private void forgetUseless(long arrivalMillis) {
        if (tiles.size() > 0
                && rule.usefulMillis() != Window.UNBOUNDED
                && arrivalMillis > newestEndMillis() + rule.usefulMillis()) {
            tiles = new TileList(layout, shardId);
            open = NOT_OPEN;
        }
    }

    /** If the new tile is too much, gives up so many that a spill is worth its writes; never the newest. */
    private void spill(Position position) {
        int bytes = tiles.bytes(tiles.size(), tiles.index(0));
        if (bytes <= rule.maxBytes() && tiles.size() <= rule.maxTiles()) {
            return;
        }
        int kept = Math.max(1, Math.min(tiles.size() - 1, rule.maxTiles() / KEPT));
        while (kept > 1 && tiles.bytes(kept, tiles.index(0)) > rule.maxBytes() / KEPT) {
            kept--;
        }
        if (kept == tiles.size()) {
            return;
        }
        List<Spilled> given = new ArrayList<>();
        for (int i = tiles.size() - 1; i >= kept; i--) {
            given.add(new Spilled(tiles.index(i), tiles.encoded(i)));
        }
        tiles.keep(kept);
        open = tiles.index(kept - 1);
        setBelow(position);
        spilled = given;
    }

    /** The first hop tile whose events are all here; those before it are below. {@link #NOT_OPEN} if none is below. */
    public long open() {
        return open;
    }

    /**
     * The position of the last event that made something go below, or began the head: before it the head may have been
     * another one, which was forgotten, and may have sent something below, too. {@link Position#ORIGIN} before the first.
     */
    public Position below() {
        return position(belowSequence, belowSubsequence);
    }

    private void setBelow(Position position) {
        belowSequence = packed(position.sequenceNumber());
        belowSubsequence = position.subsequence();
    }

    private static Position position(byte[] sequence, long subsequence) {
        return new Position(unpacked(sequence), subsequence);
    }

    /** Two digits a byte; an odd number of them ends in {@link #NO_DIGIT}. */
    private static byte[] packed(String digits) {
        byte[] packed = new byte[(digits.length() + 1) / 2];
        for (int i = 0; i < packed.length; i++) {
            int second = 2 * i + 1 < digits.length() ? digits.charAt(2 * i + 1) - '0' : NO_DIGIT;
            packed[i] = (byte) ((digits.charAt(2 * i) - '0') << 4 | second);
        }
        return packed;
    }

    private static String unpacked(byte[] packed) {
        StringBuilder digits = new StringBuilder(2 * packed.length);
        for (byte two : packed) {
            digits.append((char) ('0' + (two >>> 4 & NO_DIGIT)));
            if ((two & NO_DIGIT) != NO_DIGIT) {
                digits.append((char) ('0' + (two & NO_DIGIT)));
            }
        }
        return digits.toString();
    }

    public int tileCount() {
        return tiles.size();
    }

    /** The number of the hop tile at a place, {@code 0 <= place < tileCount()}; ascending. */
    public long tileIndex(int place) {
        return tiles.index(tiles.size() - 1 - place);
    }

    /**
     * The tile at a place; it belongs to the head, and must not be changed.
     *
     * @throws CorruptItem if its bytes are no tile
     */
    public Tile tile(int place) {
        return tiles.tile(tiles.size() - 1 - place);
    }

    /**
     * Merges its hop tiles into what the targets tell. That costs less than to look at each.
     *
     * @throws CorruptItem if the bytes of such a tile are none; what was merged by then stays so
     */
    public void mergeInto(MergedTiles.Targets targets) {
        tiles.mergeInto(targets);
    }

    /** The end of the newest tile, of which there must be one: after an event there is. */
    public long newestEndMillis() {
        return (tiles.index(0) + 1) * rule.hopMillis();
    }

    /** The canonical bytes: equal contents give equal bytes. */
    public byte[] encode() {
        long newest = tiles.size() == 0 ? 0 : tiles.index(0);
        ByteWriter out = new ByteWriter(MAX_NUMBERS_BYTES + belowSequence.length + tiles.encodedBytes(newest));
        out.writeByte(FORMAT_VERSION);
        out.writeBytes(belowSequence);
        out.writeVarint(belowSubsequence);
        out.writeVarint(open + 1);
        out.writeVarint(newest);
        tiles.writeTo(out, newest);
        return out.toByteArray();
    }
}
