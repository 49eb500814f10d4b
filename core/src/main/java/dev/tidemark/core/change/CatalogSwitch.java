package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The control row's changes from one catalog to the next, as pure functions. Each returns the row to write, or empty if
 * nothing has to change, so all may be repeated. Each throws {@link IllegalStateException} if its turn has not come.
 */
public final class CatalogSwitch {

    private static final int MAX_ATTEMPTS = 20;

    private final List<View> added;
    private final List<View> replaced;

    /** @throws IllegalArgumentException if there is no next catalog */
    public CatalogSwitch(Catalogs catalogs) {
        Catalog next = catalogs.next();
        if (next == null) {
            throw new IllegalArgumentException("there is no next catalog");
        }
        this.added = without(next.views(), catalogs.current().views());
        this.replaced = without(catalogs.current().views(), next.views());
    }

    private static List<View> without(List<View> views, List<View> others) {
        Set<String> versions = others.stream().map(View::version).collect(Collectors.toSet());
        return views.stream().filter(view -> !versions.contains(view.version())).toList();
    }

    /** The views of the next catalog that are new or changed. */
    public List<View> added() {
        return added;
    }

    /** The views of the current catalog that the next one has changed or leaves out. */
    public List<View> replaced() {
        return replaced;
    }

    /** The new versions are folded from now on. */
    public Optional<ControlRow> started(ControlRow row) {
        return Activation.start(row, added.stream().map(View::version).collect(Collectors.toSet()));
    }

    /** The new versions are served, the old ones still folded. */
    public Optional<ControlRow> flipped(ControlRow row) {
        for (View view : added) {
            ViewStatus status = row.views().get(view.version());
            if (status == null || !status.isComplete()) {
                throw new IllegalStateException("view '" + view.name() + "' (version " + view.version() + ") is "
                        + (status == null ? "not started" : "in status " + status)
                        + ", and only a complete view can be served: `tidemark backfill start`, then `run`");
            }
        }
        return changed(row, views -> {
            set(views, added, ViewStatus.ACTIVE);
            set(views, folded(row, replaced), ViewStatus.READY);
        });
    }

    /** The old versions are served again, the new ones still folded. */
    public Optional<ControlRow> rolledBack(ControlRow row) {
        for (View view : replaced) {
            if (row.views().get(view.version()) == ViewStatus.RETIRED) {
                throw new IllegalStateException("the old version of view '" + view.name() + "' (" + view.version()
                        + ") is retired, so there is nothing to go back to: start a new version with its definition");
            }
        }
        List<View> served = added.stream()
                .filter(view -> row.views().get(view.version()) == ViewStatus.ACTIVE)
                .toList();
        return changed(row, views -> {
            set(views, served, ViewStatus.READY);
            if (!served.isEmpty()) {
                set(views, folded(row, replaced), ViewStatus.ACTIVE);
            }
        });
    }

    /** The new versions are retired. */
    public Optional<ControlRow> givenUp(ControlRow row) {
        for (View view : added) {
            if (row.views().get(view.version()) == ViewStatus.ACTIVE) {
                throw new IllegalStateException(
                        "view '" + view.name() + "' (version " + view.version() + ") is served: roll back first");
            }
        }
        return changed(row, views -> set(views, folded(row, added), ViewStatus.RETIRED));
    }

    /** The old versions are retired. */
    public Optional<ControlRow> finished(ControlRow row) {
        for (View view : added) {
            if (row.views().get(view.version()) != ViewStatus.ACTIVE) {
                throw new IllegalStateException("view '" + view.name() + "' (version " + view.version()
                        + ") is not served yet: `tidemark backfill flip` first, and look at its values for a while");
            }
        }
        return changed(row, views -> set(views, folded(row, replaced), ViewStatus.RETIRED));
    }

    /**
     * Reads, changes and writes the control row, until it is written or needs no change.
     *
     * @return the resulting row; completes exceptionally if the change is not allowed or the table does not answer
     */
    public static CompletableFuture<ControlRow> write(
            ControlStore store, Function<ControlRow, Optional<ControlRow>> change) {
        return write(store, change, 1);
    }

    private static CompletableFuture<ControlRow> write(
            ControlStore store, Function<ControlRow, Optional<ControlRow>> change, int attempt) {
        return store.readControl().thenCompose(stored -> {
            ControlRow row = live(stored);
            Optional<ControlRow> next = change.apply(row);
            if (next.isEmpty()) {
                return CompletableFuture.completedFuture(row);
            }
            if (attempt > MAX_ATTEMPTS) {
                throw new IllegalStateException("the control row could not be written; try again");
            }
            return store.writeControl(next.get())
                    .exceptionally(Cas.Unknown::new)
                    .thenCompose(result -> result instanceof Cas.Stored
                            ? CompletableFuture.completedFuture(next.get())
                            : write(store, change, attempt + 1));
        });
    }

    static ControlRow live(Optional<ControlRow> stored) {
        ControlRow row = stored.orElseThrow(
                () -> new IllegalStateException("nothing was ever folded here: the control table has no control row"));
        if (row.phase() != ControlRow.Phase.LIVE) {
            throw new IllegalStateException(
                    "the state is being restored (" + row.phase() + "): change views when it is live");
        }
        return row;
    }

    private static List<View> folded(ControlRow row, List<View> views) {
        return views.stream().filter(view -> row.folds(view.version())).toList();
    }

    private static Optional<ControlRow> changed(ControlRow row, Consumer<Map<String, ViewStatus>> change) {
        Map<String, ViewStatus> views = new HashMap<>(row.views());
        change.accept(views);
        return views.equals(row.views()) ? Optional.empty() : Optional.of(row.withViews(views));
    }

    private static void set(Map<String, ViewStatus> views, List<View> chosen, ViewStatus status) {
        chosen.forEach(view -> views.put(view.version(), status));
    }
}
