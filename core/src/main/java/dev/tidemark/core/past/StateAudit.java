package dev.tidemark.core.past;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.tile.CorruptItem;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares the live state with a replay of the archive, item by item. An item's content is a function of its key and
 * its mark (rule P3), so a live item can be compared at any time: with its lane's events up to its mark, or with an
 * older version in a checkpoint plus the events between the two marks. Lane rows and finished redrives are read before
 * the items, so the items must hold what these call done. The checkpoint was complete before, so the items are not
 * older than its items. Nothing is written.
 */
public final class StateAudit {

    private final Catalogs catalogs;
    private final HistoryPorts ports;
    private final StateScan scan;

    public StateAudit(Catalogs catalogs, HistoryPorts ports, StateScan scan) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.scan = scan;
    }

    /**
     * Audits some entities of a view.
     *
     * @param entities canonical texts
     * @param nowMillis an item that has expired by then need not be there
     */
    public CompletableFuture<AuditReport> audit(
            View view, Collection<String> entities, AuditStart start, long nowMillis) {
        Set<String> wanted = Set.copyOf(entities);
        return audit(
                view,
                wanted::contains,
                control -> start.base(view, control, wanted),
                () -> itemsOf(view, List.copyOf(wanted), 0, new ArrayList<>()),
                nowMillis);
    }

    /**
     * Audits all entities of a view in one part, by a hash of their text. Memory grows with the part; checkpoint,
     * archive and state table are read once per part.
     *
     * @param part from 0
     */
    public CompletableFuture<AuditReport> auditPart(View view, int part, int parts, AuditStart start, long nowMillis) {
        Predicate<String> inPart = entity -> Math.floorMod(entity.hashCode(), parts) == part;
        return audit(
                view,
                inPart,
                control -> start.base(view, control, inPart),
                () -> scan(
                        null,
                        item -> item.key().viewVersion().equals(view.version())
                                && inPart.test(item.key().entity()),
                        new ArrayList<>()),
                nowMillis);
    }

    /** Reads the state, after the rows. */
    private interface Items {
        CompletableFuture<List<ItemStore.Found>> read();
    }

    private CompletableFuture<AuditReport> audit(
            View view,
            Predicate<String> wanted,
            Function<ControlRow, CompletableFuture<Optional<CheckpointBase>>> start,
            Items items,
            long nowMillis) {
        return ports.control().readControl().thenCompose(control -> {
            ControlRow.ViewStatus status =
                    control.map(row -> row.views().get(view.version())).orElse(null);
            if (status == null || !status.isComplete()) {
                return CompletableFuture.completedFuture(notComparable(view, status));
            }
            long restoredMillis = restoredMillis(control.orElseThrow());
            return start.apply(control.orElseThrow())
                    .thenCompose(base -> ports.control()
                            .readLanes()
                            .thenCompose(rows -> ports.redrives().known().thenCompose(known -> {
                                Expectation.Redriven redriven = new Expectation.Redriven(known.done(), restoredMillis);
                                return items.read().thenCompose(found -> {
                                    CheckpointBase from = base.orElse(null);
                                    Expectation expectation =
                                            new Expectation(view, rows, redriven, found, from, nowMillis);
                                    return compare(view, wanted, rows, from, found, expectation);
                                });
                            })));
        });
    }

    /** A restore to a moment leaves out later redrives (rule R2). */
    private static long restoredMillis(ControlRow control) {
        ControlRow.Restore restore = control.restore();
        Long target = restore == null ? null : restore.targetMillis();
        return target == null ? Long.MAX_VALUE : target;
    }

    private static AuditReport notComparable(View view, ControlRow.@Nullable ViewStatus status) {
        String text = status == null
                ? "the control row does not know version " + view.version()
                        + ": the state was made by another catalog, which is the one to audit with"
                : "version " + view.version() + " is " + status + ", so its items are not complete";
        return AuditReport.of(
                0, 0, List.of(new Difference(Difference.Kind.DEFINITION, view.name(), "", "", "", text)), null);
    }

    private CompletableFuture<AuditReport> compare(
            View view,
            Predicate<String> wanted,
            List<LaneRow> rows,
            @Nullable CheckpointBase base,
            List<ItemStore.Found> found,
            Expectation expectation) {
        Catalog.Source source = catalogs.sourceOf(view);
        Decide decide = new Decide(
                source,
                List.of(view),
                (of, entity) -> wanted.test(entity),
                Long.MAX_VALUE,
                ports.inputs(),
                expectation);
        if (base != null) {
            base.items().stream()
                    .filter(item -> item.key().isMemory())
                    .forEach(item -> seed(decide, item, expectation));
        }
        found.stream()
                .filter(item -> item.key().isMemory())
                .forEach(item -> decide.idsOf(item.key().lane())
                        .limit(item.key(), item.item().mark()));
        return History.of(ports, source.stream(), List.of(view), rows)
                .thenCompose(history -> history.walk(Range.ALL.after(base == null ? null : base.manifest()), decide))
                .thenApply(walked -> AuditReport.of(
                        expectation.items(),
                        walked.records(),
                        expectation.differences(decide.ids(), wanted),
                        base == null ? AuditReport.ARCHIVE : base.id()));
    }

    private static void seed(Decide decide, ItemStore.Found item, Expectation expectation) {
        try {
            decide.seed(item);
        } catch (CorruptItem e) {
            expectation.unreadable(item.key(), e);
        }
    }

    private CompletableFuture<List<ItemStore.Found>> itemsOf(
            View view, List<String> entities, int index, List<ItemStore.Found> found) {
        if (index == entities.size()) {
            return CompletableFuture.completedFuture(found);
        }
        return scan.entity(view.version(), entities.get(index)).thenCompose(items -> {
            found.addAll(items);
            return itemsOf(view, entities, index + 1, found);
        });
    }

    private CompletableFuture<List<ItemStore.Found>> scan(
            @Nullable ItemKey after, Predicate<ItemStore.Found> wanted, List<ItemStore.Found> found) {
        return scan.scan(0, 1, after).thenCompose(page -> {
            page.items().stream().filter(wanted).forEach(found::add);
            return page.next() == null ? CompletableFuture.completedFuture(found) : scan(page.next(), wanted, found);
        });
    }
}
