package dev.tidemark.cli.archive;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.DamagedArchive;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Reads one stream's archive to its end, past every damage, and reports damage. */
final class ArchiveCheck {

    private final Stores stores;
    private final ArchiveLog archive;
    private final String stream;
    private final ProgressLine progress;
    private long records;
    private int damages;
    private int lanes;

    ArchiveCheck(Stores stores, String stream, ProgressLine progress) {
        this.stores = stores;
        this.archive = stores.archive();
        this.stream = stream;
        this.progress = progress;
    }

    /** How many damages were found. */
    int damages() {
        return damages;
    }

    /** How many lanes the archive has. */
    int lanes() {
        return lanes;
    }

    /** @param rows the control table's lane rows; empty to skip this comparison */
    void run(Collection<LaneRow> rows, long fromMillis, long toMillis) {
        StreamLog log = stores.await(
                fromMillis == Long.MIN_VALUE
                        ? StreamLog.open(archive, stream, Map.of(), fromMillis, toMillis)
                        : StreamLog.openWithin(archive, stream, fromMillis, toMillis));
        log.expect(rows);
        progress.stage("Reading the archive of stream " + stream, "records", -1);
        log.foreignKeys()
                .forEach(key -> progress.note("Note: " + key + " is no segment, and is not read. If it is one that was "
                        + "renamed, give it back its name; else move it away."));
        lanes = log.lanes().size();
        for (LaneLog lane : log.lanes()) {
            read(lane);
            progress.note("  lane " + lane.laneId() + ": " + Plural.of(lane.count(), "record") + " up to '"
                    + lane.reached().text() + "'");
        }
        progress.close();
        progress.note("Archive of stream " + stream + ": "
                + (lanes == 0 ? "nothing" : Plural.of(records, "record") + " read in " + Plural.of(lanes, "lane"))
                + (damages > 0 ? ", " + Plural.of(damages, "damage") : lanes == 0 ? "" : ", all there"));
    }

    private void read(LaneLog lane) {
        boolean more = true;
        while (more) {
            try {
                Optional<LaneLog.Run> run = await(lane.next());
                run.ifPresent(read -> {
                    records += read.records().size();
                    progress.advance(read.records().size());
                });
                more = run.isPresent();
            } catch (DamagedArchive damage) {
                damages++;
                progress.note(damage.kind() + ": " + damage.getMessage());
                lane.passOver(damage);
            }
        }
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof DamagedArchive damage) {
                throw damage;
            }
            return stores.await(answer);
        }
    }
}
