package dev.tidemark.core.port;

import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.util.concurrent.CompletableFuture;

/** Records that could not be folded, kept to be repaired and redriven. */
public interface Quarantine {

    /** Completes once the record is durable; exceptionally when that is not certain. Putting twice is harmless. */
    CompletableFuture<Void> put(Entry entry);

    /**
     * One record that one view could not fold; (view version, lane, position) identifies it.
     *
     * @param view the view's name
     * @param viewVersion the view's version
     * @param reason why it could not be folded
     */
    record Entry(String view, String viewVersion, Lane lane, RawRecord record, InvalidEvent reason) {}
}
