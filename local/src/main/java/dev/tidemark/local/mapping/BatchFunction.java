package dev.tidemark.local.mapping;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import org.jspecify.annotations.Nullable;

/** A Lambda function that is given batches of one shard. One instance is never called by two threads at once. */
@FunctionalInterface
public interface BatchFunction {

    /**
     * Handles a batch.
     *
     * @return which records failed; null or an empty list: none
     * @throws Exception the function failed, and with it the whole batch
     */
    @Nullable
    StreamsEventResponse handle(KinesisEvent event) throws Exception;
}
