package dev.tidemark.core.stream;

/**
 * One ordered line of records: a shard of one incarnation of a stream (protocol rule P1). Shard ids repeat in every
 * stream, and again when a stream is deleted and created again, so a shard id alone is not enough.
 *
 * @param streamArn the stream's ARN
 * @param streamCreatedMillis the stream's creation time, milliseconds since the epoch
 * @param shardId for example {@code shardId-000000000003}; {@code shardId-im<n>-<p>} for part p of import n
 * @param prefix empty for the live fold; redrives and backfills fold the shard's records in their own lanes, so that no
 *     item has two writers
 */
public record Lane(String streamArn, long streamCreatedMillis, String shardId, String prefix) {

    private static final String BACKFILL_PREFIX = "bf#";

    /** The ids of the live fold's lanes begin with a digit or a-f. */
    private static final String REDRIVE_PREFIX = "rd";

    private static final String SHARD = "shardId-";

    /** No shard of a stream has such a number. */
    private static final String IMPORT_SHARD = "im";

    private static final int HASH_HEX_DIGITS = 12;

    /** The lane of the live fold. */
    public Lane(String streamArn, long streamCreatedMillis, String shardId) {
        this(streamArn, streamCreatedMillis, shardId, "");
    }

    public Lane {
        if (streamArn.isBlank()) {
            throw new IllegalArgumentException("blank stream ARN");
        }
        if (!shardId.startsWith(SHARD)) {
            throw new IllegalArgumentException("not a shard id: '" + shardId + "'");
        }
    }

    /**
     * The lane of one part of an import (rule I1): its records are the part's rows. It is a lane of the live fold as any other.
     *
     * @param timeMillis the import's time, in place of the stream's creation
     * @param number of the import, from 1
     * @param part its index, from 0
     */
    public static Lane ofImport(String streamArn, long timeMillis, long number, int part) {
        if (number < 1 || part < 0) {
            throw new IllegalArgumentException("part " + part + " of import " + number);
        }
        return new Lane(streamArn, timeMillis, SHARD + IMPORT_SHARD + number + "-" + part);
    }

    /** Whether its records are rows of an import. */
    public boolean isImport() {
        return isImportShard(shardId);
    }

    /** Whether the records of a shard are rows of an import: of a shard's id, not of a lane's. */
    public static boolean isImportShard(String shardId) {
        return shardId.startsWith(IMPORT_SHARD, SHARD.length());
    }

    /** The stream's name, the last part of its ARN. */
    public String streamName() {
        return streamArn.substring(streamArn.lastIndexOf('/') + 1);
    }

    /** The lane in which a redrive folds records of this one (rule Q1). */
    public Lane ofRedrive(long number) {
        if (!prefix.isEmpty() || number < 1) {
            throw new IllegalArgumentException("redrive " + number + " of lane " + id());
        }
        return new Lane(streamArn, streamCreatedMillis, shardId, REDRIVE_PREFIX + number + "#");
    }

    /** The lane in which a backfill folds records of this one (rule B1); the same for every job, so that two can meet. */
    public Lane ofBackfill() {
        if (!prefix.isEmpty()) {
            throw new IllegalArgumentException("backfill of lane " + id());
        }
        return new Lane(streamArn, streamCreatedMillis, shardId, BACKFILL_PREFIX);
    }

    /** The lane of the live fold that has the same records. */
    public Lane live() {
        return prefix.isEmpty() ? this : new Lane(streamArn, streamCreatedMillis, shardId);
    }

    /** A short text for item keys: the prefix, a hash of stream and creation time, a dot, the shard number. */
    public String id() {
        return prefix + hash(streamArn + "|" + streamCreatedMillis) + "." + shardId.substring(SHARD.length());
    }

    /** The id of the shard that a lane reads, from the lane's {@link #id()}. */
    public static String shardIdOf(String laneId) {
        return SHARD + laneId.substring(laneId.lastIndexOf('.') + 1);
    }

    /** The id of the lane in which a backfill folds the records of a lane of the live fold, see {@link #ofBackfill}. */
    public static String backfillOf(String laneId) {
        return BACKFILL_PREFIX + laneId;
    }

    /** Whether the id is that of a backfill's lane. */
    public static boolean isBackfill(String laneId) {
        return laneId.startsWith(BACKFILL_PREFIX);
    }

    /** Whether the id is that of a redrive's lane. */
    public static boolean isRedrive(String laneId) {
        return laneId.startsWith(REDRIVE_PREFIX);
    }

    /** The number of the redrive whose lane the id is of; 0 if it is no redrive's. */
    public static long redriveOf(String laneId) {
        return isRedrive(laneId) ? Long.parseLong(laneId.substring(REDRIVE_PREFIX.length(), laneId.indexOf('#'))) : 0;
    }

    /** Whether the lane's records are rows of an import, be it in the live fold, a backfill or a redrive. */
    public static boolean isImport(String laneId) {
        return laneId.startsWith(IMPORT_SHARD, laneId.lastIndexOf('.') + 1);
    }

    /** The number of the import whose rows are the lane's records; 0 if they are a shard's. */
    public static long importOf(String laneId) {
        int from = laneId.lastIndexOf('.') + 1 + IMPORT_SHARD.length();
        return isImport(laneId) ? Long.parseLong(laneId.substring(from, laneId.indexOf('-', from))) : 0;
    }

    /** The id of the live fold's lane that has the same records. */
    public static String liveOf(String laneId) {
        return laneId.substring(laneId.indexOf('#') + 1);
    }

    private static String hash(String text) {
        return Sha256.hex(text).substring(0, HASH_HEX_DIGITS);
    }
}
