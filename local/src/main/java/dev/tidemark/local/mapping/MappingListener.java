package dev.tidemark.local.mapping;

/**
 * Is told what a mapping does. Called by the mapping's threads; must be quick and must not throw. A shard is named with its
 * stream, since shards of several streams have the same ids.
 */
public interface MappingListener {

    /** Ignores everything. */
    MappingListener NONE = new MappingListener() {};

    /** A batch returned without an error; some of its records may have been reported as failed. */
    default void returned(String shard, int records) {}

    /**
     * The function failed, or the mapping's checkpoint could not be stored; it will be tried again.
     *
     * @param records that are delivered again; 0 if only the checkpoint was not stored
     */
    default void failed(String shard, int records, Throwable cause) {}

    /** The mapping itself failed on this shard and delivers nothing more of it. */
    default void broken(String shard, Throwable cause) {}
}
