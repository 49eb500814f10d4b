package dev.tidemark.core.learn;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.LaneAncestors;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Makes cuts. Several makers may work at once. */
public final class CutMaker {

    private final ControlStore control;
    private final RedriveLog redrives;
    private final CutLog cuts;
    private final Lineage lineage;
    private final LongSupplier clockMillis;

    /** @param lineage knows the ancestors that no row has: later the stream may have forgotten them */
    public CutMaker(ControlStore control, RedriveLog redrives, CutLog cuts, Lineage lineage, LongSupplier clockMillis) {
        this.control = control;
        this.redrives = redrives;
        this.cuts = cuts;
        this.lineage = lineage;
        this.clockMillis = clockMillis;
    }

    /**
     * Makes a cut here and now.
     *
     * @param catalog has the model
     * @return the cut, or the model's last one if nothing has changed since. Completes with {@link IllegalStateException}
     *     while the state is restored or one of the views is backfilled, and exceptionally if a store does not answer:
     *     repeating the call is always right
     */
    public CompletableFuture<Cut> make(Catalog catalog, Model model) {
        return last(model.name())
                .thenCompose(last -> next(catalog, model, last)
                        .thenCompose(next -> last.filter(one -> isSame(one, next))
                                .map(CompletableFuture::completedFuture)
                                .orElseGet(() -> append(catalog, model, next))));
    }

    /** The streams that a model's views, predictions and outcomes read. */
    public static Set<String> streams(Catalog catalog, Model model) {
        return views(catalog, model).stream()
                .map(view -> catalog.sourceOf(view).stream())
                .collect(Collectors.toSet());
    }

    private static List<View> views(Catalog catalog, Model model) {
        List<View> views = new ArrayList<>();
        model.views().forEach(input -> views.add(input.view()));
        catalog.monitor(model.name()).ifPresent(monitor -> {
            views.add(monitor.versions());
            if (monitor.outcome() != null) {
                views.add(monitor.outcome().quality());
            }
        });
        return views;
    }

    private CompletableFuture<Optional<Cut>> last(String model) {
        return cuts.last(model)
                .thenCompose(number -> number == 0
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : cuts.read(model, number).thenApply(Optional::of));
    }

    /**
     * Redrives first: their records were in the lanes already. The clock and the control row before the lanes: a stream holds
     * no more than it did, and a view that is complete stays so.
     */
    private CompletableFuture<Cut> next(Catalog catalog, Model model, Optional<Cut> last) {
        long madeMillis = clockMillis.getAsLong();
        Set<String> streams = streams(catalog, model);
        return redrives.known()
                .thenCompose(known -> control.readControl().thenCompose(row -> {
                    check(row, views(catalog, model));
                    return control.readLanes()
                            .thenCompose(rows -> withAncestors(rows.stream()
                                    .filter(lane -> streams.contains(lane.lane().streamName()))
                                    .toList()))
                            .thenApply(lanes -> {
                                last.ifPresent(one -> checkNotBefore(one, streams, lanes));
                                return new Cut(
                                        model.name(),
                                        model.hash(),
                                        catalog.hash(),
                                        last.map(Cut::number).orElse(0L) + 1,
                                        madeMillis,
                                        lanes,
                                        known.last());
                            });
                }));
    }

    private static void check(Optional<ControlRow> stored, Collection<View> views) {
        ControlRow row = stored.orElseThrow(() ->
                new IllegalStateException("nothing was ever folded here, so that there is nothing to cut: put events"));
        if (row.phase() != ControlRow.Phase.LIVE) {
            throw new IllegalStateException("the state is being restored (" + row.phase() + "): cut when it is live");
        }
        for (View view : views) {
            if (row.views().get(view.version()) == ViewStatus.BACKFILLING) {
                throw new IllegalStateException("view '" + view.name() + "' (version " + view.version()
                        + ") is being backfilled, so that its values are not served yet: cut when `tidemark backfill run` "
                        + "has completed it");
            }
        }
    }

    /** A restore may have taken lanes back. */
    private static void checkNotBefore(Cut last, Set<String> streams, List<LaneRow> lanes) {
        Map<String, LaneRow> rows = LaneRow.byId(lanes);
        for (LaneRow then : last.lanes()) {
            LaneRow now = rows.get(then.lane().id());
            Position reached = now == null ? Position.ORIGIN : now.last();
            if (streams.contains(then.lane().streamName()) && then.last().isAfter(reached)) {
                throw new IllegalStateException(
                        "lane " + then.lane().id() + " is at '" + reached.text() + "', before cut "
                                + last.number() + " of model '" + last.model() + "' at '"
                                + then.last().text()
                                + "': the state was restored; cut when the lane has caught up");
            }
        }
    }

    private CompletableFuture<List<LaneRow>> withAncestors(List<LaneRow> rows) {
        Map<String, Lane> unknown = new HashMap<>();
        rows.stream()
                .filter(row -> row.ancestors() == null)
                .forEach(row -> unknown.put(row.lane().id(), row.lane()));
        Map<String, LaneRow> byId = LaneRow.byId(rows);
        return new LaneAncestors(lineage, rows).of(unknown, byId::containsKey).thenApply(found -> {
            List<LaneRow> complete = new ArrayList<>(rows);
            complete.replaceAll(row -> {
                Set<String> before = found.get(row.lane().id());
                return before == null ? row : row.withKnownAncestors(arrivals(before, byId));
            });
            return complete;
        });
    }

    private static Map<String, Long> arrivals(Set<String> lanes, Map<String, LaneRow> rows) {
        return lanes.stream()
                .collect(Collectors.toMap(
                        lane -> lane,
                        lane -> Objects.requireNonNull(rows.get(lane)).maxArrivalMillis()));
    }

    private static boolean isSame(Cut last, Cut next) {
        return next.equals(new Cut(
                last.model(),
                last.modelHash(),
                last.catalogHash(),
                next.number(),
                next.madeMillis(),
                last.lanes(),
                last.lastRedrive()));
    }

    /** If it is not certain whether the cut is stored, asking again says so. */
    private CompletableFuture<Cut> append(Catalog catalog, Model model, Cut cut) {
        return cuts.append(cut)
                .exceptionallyCompose(failure -> cuts.append(cut))
                .thenCompose(stored -> stored ? CompletableFuture.completedFuture(cut) : make(catalog, model));
    }
}
