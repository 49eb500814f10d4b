package dev.tidemark.core.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** All that counts up to a cut for the views of the one source of a catalog, as texts. */
public final class CutWalk {

    private CutWalk() {}

    /** A text for each record and view: lane, view, position, fate, when it became known, payload. */
    public static Set<String> fates(HistoryPorts ports, Catalog catalog, Cut cut) {
        Set<String> fates = new TreeSet<>();
        walk(ports, catalog, cut, fates);
        return fates;
    }

    static Walked walk(HistoryPorts ports, Catalog catalog, Cut cut, Set<String> fates) {
        Catalog.Source source = catalog.sources().iterator().next();
        Decide decide = new Decide(
                source, catalog.views(), (view, entity) -> true, Long.MAX_VALUE, ports.inputs(), new Decide.Visitor() {
                    @Override
                    public void folded(
                            String laneId,
                            View view,
                            RawRecord record,
                            EventRow row,
                            String entity,
                            long filterBits,
                            long knownMillis) {
                        add(laneId, view, record, entity + " folded", knownMillis);
                    }

                    @Override
                    public void other(
                            String laneId, View view, RawRecord record, LaneDecider.Fate fate, long knownMillis) {
                        add(laneId, view, record, fate.toString(), knownMillis);
                    }

                    private void add(String laneId, View view, RawRecord record, String fate, long knownMillis) {
                        String data = new String(record.data(), StandardCharsets.UTF_8);
                        assertThat(fates.add(laneId + " " + view.name() + " "
                                        + record.position().text() + " " + fate + " " + knownMillis + " " + data))
                                .isTrue();
                    }
                });
        return History.of(ports, source.stream(), catalog.views(), cut)
                .thenCompose(history -> history.walk(Range.ALL, decide))
                .join();
    }
}
