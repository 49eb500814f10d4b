package dev.tidemark.local.mapping;

/** Hears what a mapping does. Called by the mapping's threads; must be quick and must not throw. */
public interface MappingListener {

    /** Hears nothing. */
    MappingListener NONE = new MappingListener() {};

    /** A batch came back without an error; some of its records may have been reported as failed. */
    default void returned(String shardId, int records) {}

    /**
     * The function failed, or how far the mapping is could not be stored; it will be tried again.
     *
     * @param records that come again; 0 if only the position was not stored
     */
    default void failed(String shardId, int records, Throwable cause) {}

    /** The mapping itself failed on this shard, which stands still from now on. */
    default void broken(String shardId, Throwable cause) {}
}
