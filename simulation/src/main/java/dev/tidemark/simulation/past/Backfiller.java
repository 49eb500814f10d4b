package dev.tidemark.simulation.past;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.view.View;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Backfills the views of new code, while events arrive and old code still runs: one or two jobs at once, which die and
 * are started again, until every view is complete.
 */
public final class Backfiller implements World.Guest {

    private static final long WARM_UP_PAUSE_MILLIS = 300_000;

    @Override
    public void join(World.Scene scene) {
        if (scene.plan().before().versions().equals(scene.plan().after().versions())) {
            return;
        }
        Engine engine = scene.engine();
        long jobs = engine.between(1, 2);
        for (int i = 0; i < jobs; i++) {
            String name = "backfill" + i;
            engine.after(
                    engine.between(0, scene.plan().endMillis()),
                    () -> Worker.start(name, engine, scene.cloud(), worker -> run(scene, worker)));
        }
    }

    private static CompletableFuture<Boolean> run(World.Scene scene, Worker worker) {
        Engine engine = scene.engine();
        ChangePorts ports = worker.changePorts(Catalogs.of(scene.plan().after().catalog()));
        Backfill.Settings settings =
                new Backfill.Settings(FoldSettings.DEFAULT, (int) engine.between(1, 3), (int) engine.between(1, 40));
        List<View> views = scene.plan().after().catalog().views();
        return ports.past().control().readControl().thenCompose(row -> {
            if (row.isEmpty() || !views.stream().allMatch(view -> row.get().folds(view.version()))) {
                // Not all of them are started yet.
                return CompletableFuture.completedFuture(false);
            }
            Patient told = new Patient();
            return new Backfill(scene.plan().after().catalog(), ports, settings)
                    .run(views, told)
                    .thenCompose(done -> told.warmsUp
                            ? worker.later(WARM_UP_PAUSE_MILLIS).thenApply(later -> false)
                            : CompletableFuture.completedFuture(isComplete(done, views)));
        });
    }

    private static boolean isComplete(ControlRow row, List<View> views) {
        return views.stream().allMatch(view -> {
            ViewStatus status = row.views().get(view.version());
            return status != null && status.isComplete();
        });
    }

    /** Ignores progress, but for what is to be waited for. */
    private static final class Patient implements Backfill.Progress {

        private boolean warmsUp;

        @Override
        public void warmsUp(View view, long untilMillis) {
            warmsUp = true;
        }

        @Override
        public void pass(List<View> views, int lanes) {}

        @Override
        public void folded(String laneId, int records) {}

        @Override
        public void done(String laneId) {}
    }
}
