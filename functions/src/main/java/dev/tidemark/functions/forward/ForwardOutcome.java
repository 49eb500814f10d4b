package dev.tidemark.functions.forward;

import dev.tidemark.core.event.InvalidEvent.Reason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a delivery of a batch did. A batch that is delivered again does it again.
 *
 * @param forwarded records that are on another stream, once for each
 * @param refused records that could not be forwarded and are left, by the reason
 * @param failures records that are not known to be there, so that the batch is delivered again
 * @param firstFailed the sequence number from which on; null if nothing is
 */
public record ForwardOutcome(
        long forwarded,
        Map<Reason, Long> refused,
        long failures,
        @Nullable String firstFailed) {

    public ForwardOutcome {
        refused = Map.copyOf(refused);
    }

    long refusedTotal() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }
}
