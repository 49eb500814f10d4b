package dev.tidemark.simulation.imported;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.change.QuietBackfill;
import dev.tidemark.core.change.RestoreListener;
import dev.tidemark.core.change.RestoreSettings;
import dev.tidemark.core.change.Restorer;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow.Restore;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.CutWalk;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.AnswerJson;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.simulation.imported.ImportWorld.CutThen;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules I1 to I4: whatever export and stream have in common, each event counts once, now and at every past moment. */
class ImportTest {

    private static final int SEEDS = 8;

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i2EachEventCountsOnceWhateverExportAndStreamHaveInCommon(long seed) {
        ImportWorld world = new ImportWorld(seed);
        Oracle oracle = new Oracle(world.yaml, world.union);

        assertThat(world.across()).as("seed %d: records across the seam", seed).isPositive();
        for (View view : world.catalog.views()) {
            for (long later : new long[] {0, ImportWorld.HOUR_MILLIS, 20 * ImportWorld.HOUR_MILLIS}) {
                assertAsOracle(seed, world, oracle, world.catalog, view, world.nowMillis + later);
            }
            assertThat(acrossSeam(world, view)).as("seed %d", seed).isEqualTo(world.across());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i3ThePastIsKnownAsOfTheImportAndBeforeTheSeamAsIf(long seed) {
        ImportWorld world = new ImportWorld(seed);
        TimeTravel travel = new TimeTravel(Catalogs.of(world.catalog), world.past());

        for (Answer asked : world.asked) {
            if (asked.plan().atMillis() >= world.seam.untilMillis()) {
                PastAnswer past = past(
                        travel,
                        asked.plan().view(),
                        asked.entity(),
                        asked.plan().atMillis(),
                        Knowledge.SERVED);
                assertThat(Objects.requireNonNull(past.served()).values())
                        .as("seed %d: as served at %d", seed, asked.plan().atMillis())
                        .isEqualTo(asked.values());
            }
        }
        for (int step = 1; step <= 4; step++) {
            long at = world.seam.untilMillis() - step * 5L * ImportWorld.HOUR_MILLIS;
            assertAsIf(seed, world, travel, at);
        }
    }

    private static void assertAsIf(long seed, ImportWorld world, TimeTravel travel, long at) {
        List<StreamRecord> arrived = world.union.stream()
                .filter(record -> record.arrivalMillis() <= at)
                .toList();
        Oracle then = new Oracle(world.yaml, arrived);
        Oracle now = new Oracle(world.yaml, world.union);
        for (View view : world.catalog.views()) {
            for (String user : ImportWorld.USERS) {
                PastAnswer served = past(travel, view, user, at, Knowledge.SERVED);
                assertThat(Answers.differences(
                                then.answer(view.name(), user, at),
                                json(world.catalog, Objects.requireNonNull(served.served()))))
                        .as("seed %d: as if at %d", seed, at)
                        .isEmpty();
                PastAnswer known = past(travel, view, user, at, Knowledge.NOW);
                assertThat(Answers.differences(
                                now.answerUpTo(view.name(), user, at),
                                json(world.catalog, Objects.requireNonNull(known.now()))))
                        .as("seed %d: known now of %d", seed, at)
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i4CheckpointsFromBeforeAndAfterTheImportRestoreTheSameState(long seed) {
        ImportWorld world = new ImportWorld(seed);
        assertAudited(seed, world, world.catalog, world.past(), world.items, Checkpoints.none(world.checkpoints));

        for (Manifest manifest : world.checkpoints.manifests.values()) {
            Checkpoints only = Checkpoints.only(world.checkpoints, manifest.id());
            if (manifest.positions().lanes().stream().anyMatch(row -> row.lane().isImport())) {
                long importMillis = world.imports.get(0).timeMillis();
                assertThat(manifest.serves(importMillis - 1))
                        .as("nobody knew then")
                        .isFalse();
            }
            assertAudited(seed, world, world.catalog, world.past(), world.items, only);
            InMemoryItemStore items = new InMemoryItemStore();
            InMemoryControlStore control = new InMemoryControlStore();
            new Restorer(
                            Catalogs.of(world.catalog),
                            world.changeInto(items, control),
                            new RestoreSettings(4, 2, 7, 1 << 20))
                    .restore("g2", new Restore(manifest.id(), null), RestoreListener.NONE)
                    .join();
            HistoryPorts past = new HistoryPorts(world.archive, world.redrives, world.checkpoints, control);
            assertAudited(seed, world, world.catalog, past, items, only);
            world.control.lanes.forEach((id, live) -> {
                LaneRow row = Objects.requireNonNull(control.lanes.get(id), id);
                assertThat(row.last()).isEqualTo(live.last());
                assertThat(row.maxArrivalMillis()).isEqualTo(live.maxArrivalMillis());
                assertThat(row.counts()).isEqualTo(live.counts());
                assertThat(row.ended()).as("lane %s", id).isEqualTo(live.ended());
            });
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i4AViewThatIsAddedLaterIsBackfilledWithTheImports(long seed) {
        ImportWorld world = new ImportWorld(seed);
        String yaml = ImportWorld.yaml(world.seam, ImportWorld.LATER);
        Catalog catalog = new CatalogCompiler().compile(yaml);
        View later = catalog.view("later").orElseThrow();
        CatalogSwitch.write(world.control, row -> Activation.start(row, Set.of(later.version())))
                .join();
        new Backfill(catalog, world.change(), new Backfill.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, 9))
                .run(List.of(later), new QuietBackfill())
                .join();

        assertAsOracle(seed, world, new Oracle(yaml, world.union), catalog, later, world.nowMillis);
        assertAudited(seed, world, catalog, world.past(), world.items, Checkpoints.none(world.checkpoints));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i4AViewIsIncompleteWhileAnImportIs(long seed) {
        ImportWorld world = new ImportWorld(seed);
        ImportLog.Manifest first = world.imports.get(0);
        View view = world.catalog.views().get(0);

        assertThat(world.answer(world.catalog, view, "ann", world.nowMillis)
                        .progress()
                        .missing())
                .isEmpty();
        String lane = first.lane(first.parts().get(0)).id();
        world.control.lanes.computeIfPresent(lane, (id, row) -> open(row));
        assertThat(world.answer(world.catalog, view, "ann", world.nowMillis)
                        .progress()
                        .missing())
                .anySatisfy(missing -> assertThat(missing.reason()).contains("import 1"));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void i4ACutHasOfAnImportWhatWasFoldedWhenItWasMade(long seed) {
        ImportWorld world = new ImportWorld(seed);
        for (CutThen then : world.cuts) {
            assertThat(CutWalk.fates(world.past(), world.catalog, then.cut()))
                    .as("seed %d: cut %d", seed, then.cut().number())
                    .isEqualTo(then.fates());
        }
        Set<String> before = world.cuts.get(0).fates();
        assertThat(before).noneMatch(fate -> Lane.isImport(laneOf(fate)));
        assertThat(world.cuts.get(1).fates()).as("folded in part").isEqualTo(before);
        assertThat(world.cuts.get(world.cuts.size() - 1).fates().stream()
                        .filter(fate -> fate.contains(" buyer ") && fate.contains(" folded ")))
                .as("seed %d: what counts in the end", seed)
                .hasSize(world.union.size());
    }

    private static String laneOf(String fate) {
        return fate.substring(0, fate.indexOf(' '));
    }

    private static LaneRow open(LaneRow row) {
        return new LaneRow(
                row.lane(),
                row.rev(),
                row.last(),
                row.count(),
                row.maxArrivalMillis(),
                row.generation(),
                row.views(),
                row.counts(),
                row.ancestors());
    }

    private static long acrossSeam(ImportWorld world, View view) {
        ViewCounts counts = world.control.lanes.values().stream()
                .map(row -> row.countsOf(view.version()))
                .reduce(ViewCounts.NONE, ViewCounts::plus);
        return counts.beforeSeam() + counts.afterSeam();
    }

    private static void assertAsOracle(
            long seed, ImportWorld world, Oracle oracle, Catalog catalog, View view, long atMillis) {
        for (String user : ImportWorld.USERS) {
            assertThat(Answers.differences(
                            oracle.answer(view.name(), user, atMillis),
                            json(catalog, world.answer(catalog, view, user, atMillis))))
                    .as("seed %d: view %s of %s at %d", seed, view.name(), user, atMillis)
                    .isEmpty();
        }
    }

    private static JsonNode json(Catalog catalog, Answer answer) {
        return Answers.read(new AnswerJson(Catalogs.of(catalog), answer.plan().atMillis()).single(answer, false))
                .get("features");
    }

    private static PastAnswer past(TimeTravel travel, View view, String user, long atMillis, Knowledge knowledge) {
        return travel.value(new TimeTravel.Question(view, user, null, atMillis, Set.of(knowledge), 0))
                .join();
    }

    private static void assertAudited(
            long seed,
            ImportWorld world,
            Catalog catalog,
            HistoryPorts past,
            InMemoryItemStore items,
            Checkpoints from) {
        Collection<String> users = ImportWorld.USERS;
        for (View view : catalog.views()) {
            AuditReport report = new StateAudit(Catalogs.of(catalog), past, new InMemoryScan(items))
                    .audit(view, List.copyOf(users), new AuditStart(from, Long.MAX_VALUE, Map.of()), world.nowMillis)
                    .join();
            assertThat(report.items()).as("seed %d, view %s", seed, view.name()).isPositive();
            assertThat(report.count(Difference.Kind.FAULT))
                    .as("seed %d, view %s: %s", seed, view.name(), report.differences())
                    .isZero();
        }
    }
}
