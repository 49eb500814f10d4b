package dev.tidemark.cdk;

import java.util.Objects;
import software.amazon.awscdk.services.kinesis.IStream;

/** A Kinesis stream that is folded. The catalog names it, so its name must be known when the app is synthesized. */
public sealed interface FeatureStream {

    /**
     * A stream that the stack creates, and keeps when the stack is deleted.
     *
     * @param name as the catalog's source says
     * @param shards 0 lets Kinesis scale it on demand
     * @param retentionHours how long it keeps records; at most the catalog's {@code stream_retention}
     */
    record Created(String name, int shards, int retentionHours) implements FeatureStream {

        private static final int SHORTEST_RETENTION_HOURS = 24;

        public Created {
            requireName(name);
            if (shards < 0) {
                throw new IllegalArgumentException(
                        "shards = " + shards + ": give the number of shards, or 0 for a stream that scales on demand");
            }
            if (retentionHours < SHORTEST_RETENTION_HOURS) {
                throw new IllegalArgumentException("retentionHours = " + retentionHours + ": Kinesis keeps records for "
                        + SHORTEST_RETENTION_HOURS + " hours or longer");
            }
        }

        /** On demand, with Kinesis's shortest retention. */
        public Created(String name) {
            this(name, 0, SHORTEST_RETENTION_HOURS);
        }
    }

    /** A stream that exists in the stack's account and region. */
    record Named(String name) implements FeatureStream {

        public Named {
            requireName(name);
        }
    }

    /**
     * A stream of the same app, or one that was imported. If it is encrypted with a key of the customer's, the ingest
     * function may decrypt with it.
     *
     * @param stream in the stack's account and region, with a name that is given and not generated
     */
    record Given(IStream stream) implements FeatureStream {

        public Given {
            Objects.requireNonNull(stream, "stream");
        }
    }

    private static void requireName(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the stream has no name: give the name that the catalog's source has");
        }
    }
}
