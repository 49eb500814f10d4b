package dev.tidemark.core.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.Decision;
import dev.tidemark.core.change.MemoryPorts;
import dev.tidemark.core.change.RedriveReport;
import dev.tidemark.core.change.Redriver;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.SnapshotCheckpoints;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A record that came in an aggregated record of another shard: what it is to a view is for the view's source to say, in
 * the fold and in every replay. Two sources read the stream, that of the current catalog and that of the next.
 */
@DisplayName("F4: a record outside its shard")
class OutsideShardTest {

    private static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final Lane LANE = new Lane(
            "arn:aws:kinesis:eu-central-1:111122223333:stream/pay", 1_700_000_000_000L, "shardId-000000000000");
    private static final String YAML = """
            tidemark: 1
            sources:
              pay:
                stream: pay
                event_time: {field: ts, format: epoch_millis}
            views:
              account:
                source: pay
                entity: user
                where: amount > 0
                features:
                  n: {function: count, windows: [1h]}
            """;
    private static final Catalog KPL = new CatalogCompiler().compile(YAML);
    private static final Catalog ANY =
            new CatalogCompiler().compile(YAML.replace("stream: pay\n", "stream: pay\n    aggregated_by: any\n"));
    private static final View OF_KPL = KPL.views().get(0);
    private static final View OF_ANY = ANY.views().get(0);
    private static final Catalogs BOTH = new Catalogs(KPL, ANY);
    private static final FoldSettings SETTINGS = new FoldSettings("g1", 4, 3, 1 << 20);

    /** One aggregated record: ann is the shard's; bob, cid and a copy of ann's are not. */
    private static final List<RawRecord> RECORDS = List.of(
            record(0, "ann", 5, false),
            record(1, "bob", 5, true),
            record(2, "cid", 0, true),
            record(3, "ann", 5, true));

    private final InMemoryItemStore items = new InMemoryItemStore();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();

    private static RawRecord record(int subsequence, String user, int amount, boolean outside) {
        String json = "{\"ts\":" + (NOW_MILLIS - 5_000) + ",\"user\":\"" + user + "\",\"amount\":" + amount + "}";
        return new RawRecord(
                new Position("49590338271490256608559692538361571095921575989136588891001", subsequence),
                NOW_MILLIS,
                user,
                json.getBytes(StandardCharsets.UTF_8),
                outside);
    }

    @BeforeEach
    void fold() {
        control.control = new ControlRow(
                1,
                "g1",
                ControlRow.Phase.LIVE,
                Map.of(
                        OF_KPL.version(), ControlRow.ViewStatus.ACTIVE,
                        OF_ANY.version(), ControlRow.ViewStatus.READY),
                null);
        BatchOutcome outcome = new BatchFold(
                        BOTH,
                        new FoldPorts(
                                items,
                                control,
                                archive,
                                quarantine,
                                Lineage.NEVER_RESHARDED,
                                millis -> CompletableFuture.completedFuture(null),
                                () -> NOW_MILLIS,
                                new Random(1)),
                        SETTINGS)
                .fold(new Batch(LANE, RECORDS), Long.MAX_VALUE)
                .join();
        assertThat(outcome.isDone()).isTrue();
        assertThat(outcome.violations()).isEmpty();
    }

    @Test
    void eachSourceDecidesForItsViewsAndEveryRecordIsCounted() {
        LaneRow row = Objects.requireNonNull(control.lanes.get(LANE.id()));

        assertThat(row.count()).isEqualTo(RECORDS.size());
        assertThat(row.countsOf(OF_KPL.version()))
                .isEqualTo(new ViewCounts(1, 0, 0, 0, 0, Map.of(Reason.OUTSIDE_SHARD, 3L)));
        assertThat(row.countsOf(OF_ANY.version())).isEqualTo(new ViewCounts(3, 1, 0, 0, 0, Map.of()));
        assertThat(live(OF_KPL, "ann")).containsEntry("n_1h", 1L);
        assertThat(live(OF_KPL, "bob")).containsEntry("n_1h", 0L);
        assertThat(live(OF_ANY, "ann")).containsEntry("n_1h", 2L);
        assertThat(live(OF_ANY, "bob")).containsEntry("n_1h", 1L);
    }

    @Test
    void itIsArchivedAndLiesInQuarantineWithTheRemedy() {
        assertThat(archive.records(LANE.id())).containsExactlyElementsOf(RECORDS);
        assertThat(quarantine.entries.values())
                .hasSize(3)
                .allSatisfy(entry -> {
                    assertThat(entry.viewVersion()).isEqualTo(OF_KPL.version());
                    assertThat(entry.reason().reason()).isEqualTo(Reason.OUTSIDE_SHARD);
                    assertThat(entry.reason().remedy()).contains("aggregated_by: any", "twice");
                })
                .extracting(Quarantine.Entry::record)
                .containsExactlyElementsOf(RECORDS.subList(1, 4));
    }

    @Test
    void everyReplayDecidesAsTheFoldDid() {
        TimeTravel travel =
                new TimeTravel(BOTH, new HistoryPorts(archive, redrives, new SnapshotCheckpoints(), control));
        for (View view : List.of(OF_KPL, OF_ANY)) {
            for (String user : List.of("ann", "bob", "cid")) {
                PastAnswer past = travel.value(new TimeTravel.Question(
                                view, user, null, NOW_MILLIS, Set.of(Knowledge.SERVED, Knowledge.NOW), 1_000))
                        .join();

                assertThat(values(past.served())).isEqualTo(live(view, user));
                assertThat(values(past.now())).isEqualTo(live(view, user));
            }
        }
    }

    /** Who packs with the KPL gets the record a second time, from the producer: a redrive would count it twice. */
    @Test
    void aRedriveRefusesItAsItIsAndRepaired() {
        Quarantine.Entry entry = quarantine.entries.values().iterator().next();
        List<Candidate> candidates = List.of(
                Candidate.unrepaired(entry),
                new Candidate(entry, record(1, "dan", 7, false).data()));
        ChangePorts ports = MemoryPorts.ofRedrives(redrives, control, items, () -> NOW_MILLIS);

        for (Candidate candidate : candidates) {
            RedriveReport report = new Redriver(KPL, ports, SETTINGS)
                    .redrive(List.of(candidate))
                    .join();

            assertThat(report.decisions())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Decision.StillBad.class,
                            bad -> assertThat(bad.reason())
                                    .extracting(InvalidEvent::reason)
                                    .isEqualTo(Reason.OUTSIDE_SHARD));
        }
        assertThat(redrives.manifests).isEmpty();
    }

    private static Map<String, Object> values(@Nullable Answer answer) {
        return Map.copyOf(Objects.requireNonNull(answer).values());
    }

    private Map<String, Object> live(View view, String user) {
        Catalog catalog = view.equals(OF_KPL) ? KPL : ANY;
        return values(new FeatureServer(catalog, items, new ProgressCache(control, 0))
                .answer(QueryPlan.of(view, null, null, NOW_MILLIS), List.of(user), NOW_MILLIS)
                .join()
                .get(0));
    }
}
