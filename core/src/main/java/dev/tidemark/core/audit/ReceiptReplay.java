package dev.tidemark.core.audit;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.EventReader;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.fold.LaneReplay;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.MemoryItems;
import dev.tidemark.core.replay.ReplayPorts;
import dev.tidemark.core.replay.ViewReplay;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Computes answers once more from the archive, with exactly the events that their receipts name. */
public final class ReceiptReplay {

    private final Catalogs catalogs;
    private final Function<EventShape, EventReader> readers;
    private final ReplayPorts ports;

    /**
     * What the archive makes of a receipt.
     *
     * @param answer with the events that the receipt names: values, intervals and approximations must be the same
     * @param today with every event that is known now
     * @param records how many records were replayed
     */
    public record Reproduced(Answer answer, Answer today, long records) {}

    /** @param readers makes a reader for a source's events */
    public ReceiptReplay(Catalogs catalogs, Function<EventShape, EventReader> readers, ReplayPorts ports) {
        this.catalogs = catalogs;
        this.readers = readers;
        this.ports = ports;
    }

    /**
     * Computes what a receipt stands for.
     *
     * @param view the version that the receipt names
     * @return completes with {@link dev.tidemark.core.port.DamagedArchive} if the archive is not whole
     * @throws IllegalArgumentException if the view does not have one of the values
     */
    public CompletableFuture<Reproduced> reproduce(View view, Receipt receipt) {
        if (!view.version().equals(receipt.viewVersion())) {
            throw new IllegalArgumentException(
                    "a receipt of view version " + receipt.viewVersion() + ", not of " + view.version());
        }
        QueryPlan plan = QueryPlan.of(view, receipt.names(), receipt.atMillis(), receipt.atMillis());
        Catalog.Source source = catalogs.sourceOf(view)
                .orElseThrow(
                        () -> new IllegalArgumentException("view '" + view.name() + "' is in none of the catalogs"));
        return ports.control().readLanes().thenCompose(rows -> reproduce(plan, source, receipt, rows));
    }

    private CompletableFuture<Reproduced> reproduce(
            QueryPlan plan, Catalog.Source source, Receipt receipt, List<LaneRow> rows) {
        MemoryItems items = new MemoryItems(List.of(plan.view()));
        MemoryItems all = new MemoryItems(List.of(plan.view()));
        ViewReplay replay = new ViewReplay(
                ports,
                source,
                plan.view(),
                readers,
                LaneReplay.EntityFilter.only(receipt.entity()),
                (laneId, row, entity, bits, knownMillis) -> {
                    if (!receipt.untilAt() || row.eventTimeMillis() <= receipt.atMillis()) {
                        add(items, plan.view(), receipt, laneId, row, bits);
                        all.add(plan.view(), laneId, entity, row, bits);
                    }
                });
        return replay.run(ViewReplay.Range.all(rows))
                .thenCompose(done -> answer(items, plan, receipt)
                        .thenCombine(
                                answer(all, plan, receipt),
                                (answer, today) -> new Reproduced(answer, today, replay.records())));
    }

    private static CompletableFuture<Answer> answer(MemoryItems items, QueryPlan plan, Receipt receipt) {
        return FeatureServer.answer(
                items, plan, new ViewProgress(List.of(), List.of()), receipt.entity(), receipt.atMillis());
    }

    private static void add(
            MemoryItems items, View view, Receipt receipt, String laneId, EventRow row, long filterBits) {
        List<TileWidth> widths = view.ladder().widths();
        for (int rung = 0; rung < widths.size(); rung++) {
            TileWidth width = widths.get(rung);
            long block = width.blockOf(width.tileOf(row.eventTimeMillis()));
            String sortKey = ItemKey.sortKeyPrefix(width.code(), block) + laneId;
            if (!row.position().isAfter(receipt.limitOf(sortKey, laneId))) {
                items.add(view, rung, laneId, receipt.entity(), row, filterBits);
            }
        }
    }
}
