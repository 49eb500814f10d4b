package dev.tidemark.simulation.model;

import java.util.List;

/**
 * How large a world is explored. Every record is in its stream from the start and nothing orders the lanes, so a split
 * needs no step of its own: the child is one more lane, and its records come before, between or after its parent's.
 *
 * @param lanes one text per lane, one letter per record: the entity {@code a} or {@code b}, or {@code x} for a record that
 *     no view can fold, for one reason or another, such as that it is outside its shard
 * @param views 1, or 2: then the second is activated at any moment, and code that does not know it is still running
 * @param latePuts whether one put of an item may be in flight for as long as it likes
 * @param archiveFails whether the archive is modelled; otherwise it confirms at once
 * @param skipsDone whether an invocation skips what the lane row says is done, as the code does (F2). It need not: the
 *     rules hold without, and some can only break without
 * @param expiry whether the blocks of entity {@code a} grow old and are deleted
 * @param hasPortions whether an invocation may go on with its batch after a portion of it
 */
record Bounds(
        List<String> lanes,
        int views,
        boolean latePuts,
        boolean archiveFails,
        boolean skipsDone,
        boolean expiry,
        boolean hasPortions) {

    static final int MAX_RECORDS = 4;
    static final char BAD = 'x';

    Bounds {
        lanes = List.copyOf(lanes);
        int records = lanes.stream().mapToInt(String::length).sum();
        if (records < 1 || records > MAX_RECORDS || views < 1 || views > 2) {
            throw new IllegalArgumentException("the model has room for 1 to " + MAX_RECORDS
                    + " records and 2 views, not " + records + " and " + views);
        }
    }

    static Bounds of(String... lanes) {
        return new Bounds(List.of(lanes), 1, false, false, true, false, false);
    }

    Bounds withActivation() {
        return new Bounds(lanes, 2, latePuts, archiveFails, skipsDone, expiry, hasPortions);
    }

    Bounds withLatePuts() {
        return new Bounds(lanes, views, true, archiveFails, skipsDone, expiry, hasPortions);
    }

    Bounds withArchiveFailures() {
        return new Bounds(lanes, views, latePuts, true, skipsDone, expiry, hasPortions);
    }

    Bounds withoutSkipping() {
        return new Bounds(lanes, views, latePuts, archiveFails, false, expiry, hasPortions);
    }

    Bounds withExpiry() {
        return new Bounds(lanes, views, latePuts, archiveFails, skipsDone, true, hasPortions);
    }

    Bounds withPortions() {
        return new Bounds(lanes, views, latePuts, archiveFails, skipsDone, expiry, true);
    }

    int entities() {
        return lanes.stream().anyMatch(lane -> lane.indexOf('b') >= 0) ? 2 : 1;
    }

    int length(int lane) {
        return lanes.get(lane).length();
    }

    boolean isBad(int lane, int position) {
        return lanes.get(lane).charAt(position - 1) == BAD;
    }

    /** Whether the record at a position (from 1) is the entity's. */
    boolean isOf(int lane, int position, int entity) {
        return lanes.get(lane).charAt(position - 1) == 'a' + entity;
    }

    /** @return the first position from {@code from} to {@code to} that is the entity's; 0 if none is */
    int firstOf(int lane, int from, int to, int entity) {
        for (int position = from; position <= to; position++) {
            if (isOf(lane, position, entity)) {
                return position;
            }
        }
        return 0;
    }

    /** @return the last position from {@code from} to {@code to} that is the entity's; 0 if none is */
    int lastOf(int lane, int from, int to, int entity) {
        for (int position = to; position >= from; position--) {
            if (isOf(lane, position, entity)) {
                return position;
            }
        }
        return 0;
    }

    /** Numbers the records of all lanes from 0. */
    int record(int lane, int position) {
        int before = 0;
        for (int i = 0; i < lane; i++) {
            before += length(i);
        }
        return before + position - 1;
    }
}
