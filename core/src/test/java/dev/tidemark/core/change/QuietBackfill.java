package dev.tidemark.core.change;

import dev.tidemark.core.view.View;
import java.util.List;

/** For backfills of views that read no pairs, whose progress nobody follows. */
public final class QuietBackfill implements Backfill.Progress {

    @Override
    public void warmsUp(View view, long untilMillis) {
        throw new IllegalStateException("view " + view.name() + " reads no pairs");
    }

    @Override
    public void pass(List<View> views, int lanes) {}

    @Override
    public void folded(String laneId, int records) {}

    @Override
    public void done(String laneId) {}
}
