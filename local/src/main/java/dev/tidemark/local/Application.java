package dev.tidemark.local;

import dev.tidemark.local.mapping.BatchFunction;
import dev.tidemark.serve.ApiFunction;
import java.util.Set;

/** The functions that a local system runs: the deployed ones, pointed at local endpoints. */
public interface Application {

    /** Names the event source mapping of a stream: a new name is a new mapping, with a position of its own. */
    default String mappingName(String stream) {
        return stream;
    }

    /**
     * Called once, before any function is made: creates what the deployment's template would (tables, bucket). All
     * of the endpoints answer, and the streams exist.
     *
     * @throws Exception the system cannot start
     */
    void prepare(Endpoints endpoints) throws Exception;

    /** A function instance for one shard's batches. */
    BatchFunction ingest(Endpoints endpoints);

    /** Streams whose events are put onto others: each has a second mapping, to the function that does it. */
    default Set<String> forwarded() {
        return Set.of();
    }

    /** A function instance for one shard's batches of such a stream. */
    default BatchFunction forward(Endpoints endpoints) {
        throw new UnsupportedOperationException("nothing is forwarded");
    }

    /** A function instance for API requests, one at a time. */
    ApiFunction query(Endpoints endpoints);
}
