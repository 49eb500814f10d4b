package dev.tidemark.core.tile;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.window.TileWidth;
import org.jspecify.annotations.Nullable;

/**
 * The key of a stored item (protocol rule P3): one view version, entity, width, block and lane. Only that lane writes
 * it.
 *
 * @param viewVersion hash of everything that decides the state's content
 * @param entity the entity's canonical text, see {@link EntityKeys}; of halves, that of their key
 * @param width the code of the tile width, {@link #HEAD}, {@link #IDS} or {@link #PAIR}
 * @param block the block's number, not negative
 * @param lane the lane's id, see {@link Lane#id}; {@code bf#} before it for a backfill
 */
public record ItemKey(String viewVersion, String entity, String width, long block, String lane) {

    /** The width code of the items that hold event ids; no tile width has it. */
    public static final String IDS = "ids";

    /** The width code of heads, see {@link HeadState}; it sorts after every width's but {@code hour}, and before ids. */
    public static final String HEAD = "head";

    /** The width code of the items that hold the halves of pairs; likewise. */
    public static final String PAIR = "pair";

    private static final int BLOCK_DIGITS = 10;

    private static final long LAST_BLOCK = 9_999_999_999L;

    public ItemKey {
        if (block < 0) {
            throw new IllegalArgumentException("negative block " + block + " of entity in view " + viewVersion);
        }
    }

    /** The item of an entity's event ids in one lane (rule T3), see {@link SeenIds}. */
    public static ItemKey ids(String viewVersion, String entity, String lane) {
        return new ItemKey(viewVersion, entity, IDS, 0, lane);
    }

    /** The item of a key's halves in one lane (rule J1). */
    public static ItemKey pair(String viewVersion, String key, String lane) {
        return new ItemKey(viewVersion, key, PAIR, 0, lane);
    }

    /** The head of an entity in one lane (rule U1). */
    public static ItemKey head(String viewVersion, String entity, String lane) {
        return new ItemKey(viewVersion, entity, HEAD, 0, lane);
    }

    public boolean isHead() {
        return width.equals(HEAD);
    }

    public boolean isIds() {
        return width.equals(IDS);
    }

    public boolean isPair() {
        return width.equals(PAIR);
    }

    /** Whether the item holds no tiles, but what decides which events go into tiles. */
    public boolean isMemory() {
        return isIds() || isPair();
    }

    /** What tells most keys apart first: a cache asks for many. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ItemKey that
                && block == that.block
                && entity.equals(that.entity)
                && width.equals(that.width)
                && viewVersion.equals(that.viewVersion)
                && lane.equals(that.lane);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * entity.hashCode() + Long.hashCode(block)) + width.hashCode();
    }

    /** {@code viewVersion|entity}: all state of one entity in one view. */
    public String partitionKey() {
        return partitionKey(viewVersion, entity);
    }

    /** {@code width/block/lane}: blocks of one width are contiguous, with all lanes together. */
    public String sortKey() {
        return sortKeyPrefix(width, block) + lane;
    }

    /** Whether the live fold writes the item, and not a redrive or a backfill. */
    public boolean isLive() {
        return lane.indexOf('#') < 0;
    }

    /** Whether the item's records come from the stream as they arrive, and not some time later. */
    public boolean isOfStream() {
        return isLive() && !Lane.isImport(lane);
    }

    /** Whether a backfill wrote the item; of a complete view, it holds exactly the records up to the lane's activation. */
    public boolean isBackfill() {
        return Lane.isBackfill(lane);
    }

    /** The id of the shard that the lane reads, as its records carry it. */
    public String shardId() {
        return Lane.shardIdOf(lane);
    }

    public static String partitionKey(String viewVersion, String entity) {
        return viewVersion + "|" + entity;
    }

    /** What the sort keys of one block have in common; with {@code '~'} appended it follows all of them. */
    public static String sortKeyPrefix(String width, long block) {
        String digits = Long.toString(placeOf(width, block));
        return width + "/" + "0".repeat(Math.max(0, BLOCK_DIGITS - digits.length())) + digits + "/";
    }

    /** Where a block stands among those of its width, and the inverse: some widths have the newest first. */
    private static long placeOf(String width, long block) {
        return TileWidth.isNewestFirst(width) ? LAST_BLOCK - block : block;
    }

    /** The inverse of {@link #partitionKey()} and {@link #sortKey()}. */
    public static ItemKey parse(String partitionKey, String sortKey) {
        int bar = partitionKey.indexOf('|');
        String[] parts = sortKey.split("/", 3);
        if (bar < 0 || parts.length != 3) {
            throw new IllegalArgumentException("not an item key: '" + partitionKey + "', '" + sortKey + "'");
        }
        return new ItemKey(
                partitionKey.substring(0, bar),
                partitionKey.substring(bar + 1),
                parts[0],
                placeOf(parts[0], Long.parseLong(parts[1])),
                parts[2]);
    }
}
