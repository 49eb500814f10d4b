package dev.tidemark.core.store;

import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Records that could not be folded, kept to be repaired and redriven. */
public interface Quarantine {

    /**
     * Keeps records together. Completes once all are durable; exceptionally when that is not certain. Putting some of
     * them again is harmless, even with others before and after them: each is in quarantine once.
     *
     * @param entries of one view version and lane, in increasing position: all that the view cannot fold between the
     *     first and the last; not empty
     */
    CompletableFuture<Void> put(List<Entry> entries);

    /**
     * One record that one view could not fold; (view version, lane, position) identifies it.
     *
     * @param view the view's name
     * @param viewVersion the view's version
     * @param reason why it could not be folded
     */
    record Entry(String view, String viewVersion, Lane lane, RawRecord record, InvalidEvent reason) {}
}
