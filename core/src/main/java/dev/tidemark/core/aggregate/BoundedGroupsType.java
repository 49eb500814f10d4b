package dev.tidemark.core.aggregate;

/** A state per value of a field, for a bounded number of values; see {@link BoundedGroups}. */
final class BoundedGroupsType implements StateType {

    /** What makes a group. */
    enum Keying {
        /** The value's text, so that 42 and "42" are one group; an event without the field belongs to no group. */
        TEXT,
        /** The value and its type; an event without the field is passed over. */
        VALUE
    }

    /** Far above what an item can hold. */
    private static final int MAX_GROUPS = 100_000;

    private final FieldInput field;
    private final Keying keying;
    private final int maxGroups;
    private final StateType inner;

    BoundedGroupsType(FieldInput field, Keying keying, int maxGroups, StateType inner) {
        if (maxGroups < 1 || maxGroups > MAX_GROUPS) {
            throw new IllegalArgumentException("room for " + maxGroups + " groups of " + field.path());
        }
        this.field = field;
        this.keying = keying;
        this.maxGroups = maxGroups;
        this.inner = inner;
    }

    int slot() {
        return field.slot();
    }

    Keying keying() {
        return keying;
    }

    int maxGroups() {
        return maxGroups;
    }

    StateType inner() {
        return inner;
    }

    @Override
    public String id() {
        // "group_by" was one that took a group called $other for none.
        String name = keying == Keying.TEXT ? "groups" : "values";
        return name + "(" + field.path() + "," + maxGroups + "," + inner.id() + ")";
    }

    @Override
    public BoundedGroups create() {
        return new BoundedGroups(this);
    }

    @Override
    public State read(ByteReader in, String shardId) {
        return BoundedGroups.read(this, in, shardId);
    }

    /** The header, every group with its key, and one state for the others; at most {@link Integer#MAX_VALUE}. */
    @Override
    public int maxEncodedBytes() {
        long groupBytes = (long) Inputs.MAX_SCALAR_BYTES + inner.maxEncodedBytes();
        long headerBytes = ByteWriter.varintBytes((long) maxGroups << 2 | 3);
        return (int) Math.min(Integer.MAX_VALUE, headerBytes + maxGroups * groupBytes + inner.maxEncodedBytes());
    }
}
