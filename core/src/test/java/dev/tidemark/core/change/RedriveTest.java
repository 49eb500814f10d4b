package dev.tidemark.core.change;

import static dev.tidemark.core.change.RedriveWorld.BUYERS;
import static dev.tidemark.core.change.RedriveWorld.CATALOG;
import static dev.tidemark.core.change.RedriveWorld.HOUR_MILLIS;
import static dev.tidemark.core.change.RedriveWorld.LANE;
import static dev.tidemark.core.change.RedriveWorld.NOW_MILLIS;
import static dev.tidemark.core.change.RedriveWorld.OTHER_LANE;
import static dev.tidemark.core.change.RedriveWorld.PLACES;
import static dev.tidemark.core.change.RedriveWorld.PRICES;
import static dev.tidemark.core.change.RedriveWorld.event;
import static dev.tidemark.core.change.RedriveWorld.position;
import static dev.tidemark.core.change.RedriveWorld.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule Q1 of docs/protocol.md, part by part. */
class RedriveTest {

    private static final String NOT_JSON = "{broken";

    private final RedriveWorld world = new RedriveWorld();

    private static String noPrice(long tsMillis, String user, String place) {
        return "{\"ts\":" + tsMillis + ",\"type\":\"view\",\"user\":\"" + user + "\",\"place\":\"" + place + "\"}";
    }

    /** A record that no view can read, one that only PRICES cannot take, and good ones around them, in two lanes. */
    private void deliverGoodAndBad() {
        world.deliver(
                LANE,
                record(1, event(NOW_MILLIS - 10, "ann", 5, "bar")),
                record(2, NOT_JSON),
                record(3, noPrice(NOW_MILLIS - 5, "ann", "cafe")),
                record(4, event(NOW_MILLIS - 5, "bob", 7, "bar")));
        world.deliver(OTHER_LANE, record(2, noPrice(NOW_MILLIS - 7_200_000, "ann", "zoo")));
        assertThat(world.quarantined()).hasSize(4);
    }

    /** What is missing is put in. */
    private static String repair(View view, RawRecord record) {
        String data = new String(record.data(), StandardCharsets.UTF_8);
        return data.equals(NOT_JSON)
                ? event(NOW_MILLIS - 7, "ann", 11, view.name())
                : data.replace("\"type\"", "\"price\":13,\"type\"");
    }

    @Test
    @DisplayName("Q1: a redriven record counts as if it had never been bad, at once, and in its own views only")
    void countsAsIfNeverBad() {
        deliverGoodAndBad();
        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 1L);
        assertThat(world.values(PLACES, "ann")).containsEntry("visits_24h", 3L);

        RedriveReport report =
                world.redriver().redrive(world.repaired(RedriveTest::repair)).join();

        assertThat(report.decisions())
                .hasSize(4)
                .allSatisfy(decision -> assertThat(decision).isInstanceOf(Decision.Accepted.class));
        assertThat(report.outcomes()).containsExactly(new RedriveOutcome(1, 4, 0, 0, List.of(), true));
        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 4L);
        assertThat(world.values(PLACES, "ann")).containsEntry("visits_24h", 4L);
        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    @DisplayName("Q1: the receipt of an answer names the redriven records, by lane and position")
    void receiptNamesThem() {
        deliverGoodAndBad();
        world.redriver().redrive(world.repaired(RedriveTest::repair)).join();

        assertThat(world.answer(PRICES, "ann").ahead())
                .anySatisfy(mark -> {
                    assertThat(mark.sortKey()).endsWith("/rd1#" + LANE.id());
                    assertThat(mark.mark()).isEqualTo(position(3));
                })
                .allSatisfy(mark -> assertThat(mark.sortKey()).contains("/rd1#"));
    }

    @Test
    @DisplayName("Q1: the manifest is there before anything is folded, and says when, what, and what it replaces")
    void archiveFirst() {
        deliverGoodAndBad();
        List<Integer> manifestsAtPut = new ArrayList<>();
        world.items.faults = key -> {
            manifestsAtPut.add(world.log.manifests.size());
            return Fault.NONE;
        };

        world.nowMillis = NOW_MILLIS + 77;
        world.redriver().redrive(world.repaired(RedriveTest::repair)).join();

        assertThat(manifestsAtPut).isNotEmpty().containsOnly(1);
        Manifest manifest = world.log.manifests.get(0);
        assertThat(manifest.timeMillis()).isEqualTo(NOW_MILLIS + 77);
        Entry entry = manifest.entries().stream()
                .filter(each -> each.view().equals("places"))
                .findFirst()
                .orElseThrow();
        assertThat(entry.record().position()).isEqualTo(position(2));
        assertThat(entry.record().arrivalMillis()).isEqualTo(NOW_MILLIS + 2);
        assertThat(entry.record().partitionKey()).isEqualTo("key");
        assertThat(new String(entry.record().data(), StandardCharsets.UTF_8)).contains("\"place\":\"places\"");
        // printf '{broken' | sha256sum
        assertThat(entry.originalSha256())
                .isEqualTo("be302461cda285db3ed2d45fb767b23e08ca8808b35a638009937df22b332d73");
    }

    @Test
    @DisplayName("Q1: what is claimed is not claimed again, whatever it is repaired to")
    void claimedOnce() {
        deliverGoodAndBad();
        world.redriver().redrive(world.repaired(RedriveTest::repair)).join();
        Map<String, Object> before = Map.copyOf(world.values(PRICES, "ann"));

        RedriveReport again = world.redriver()
                .redrive(world.repaired((view, record) -> event(NOW_MILLIS, "ann", 1_000, "again")))
                .join();

        assertThat(again.decisions())
                .allSatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Decision.Claimed.class,
                                claimed -> assertThat(claimed.manifest()).isEqualTo(1)));
        assertThat(again.outcomes()).isEmpty();
        assertThat(world.log.manifests).hasSize(1);
        assertThat(world.values(PRICES, "ann")).isEqualTo(before);
    }

    @Test
    @DisplayName("Q1: a record that is still bad is not claimed, and can be repaired again")
    void stillBad() {
        deliverGoodAndBad();
        List<Candidate> asTheyAre =
                world.quarantined().stream().map(Candidate::unrepaired).toList();

        RedriveReport report = world.redriver().redrive(asTheyAre).join();

        assertThat(report.decisions())
                .hasSize(4)
                .allSatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Decision.StillBad.class,
                                bad -> assertThat(bad.reason().reason())
                                        .isEqualTo(bad.candidate()
                                                .quarantined()
                                                .reason()
                                                .reason())));
        assertThat(world.log.manifests).isEmpty();

        world.redriver().redrive(world.repaired(RedriveTest::repair)).join();
        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    @DisplayName("Q1: lateness is judged against the arrival that the record had, not against the redrive's time")
    void originalArrival() {
        world.deliver(LANE, record(1, noPrice(NOW_MILLIS - 5 * HOUR_MILLIS, "ann", "cafe")), record(2, NOT_JSON));
        world.nowMillis = NOW_MILLIS + 3 * HOUR_MILLIS;

        RedriveReport report = world.redriver()
                .redrive(world.repaired((view, record) -> record.position().equals(position(1))
                        ? repair(view, record)
                        : event(NOW_MILLIS - 7 * HOUR_MILLIS, "ann", 5, "bar")))
                .join();

        assertThat(report.decisions())
                .filteredOn(
                        decision -> decision.candidate().quarantined().view().equals("prices"))
                .extracting(decision -> ((Decision.Accepted) decision).verdict())
                .containsExactly(Admission.Verdict.IN, Admission.Verdict.TOO_LATE);
        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 1L);
        world.assertAsIfNeverBad("ann");
    }

    @Test
    @DisplayName("Q1: at equal event times the position that the record had decides which one is the last")
    void originalPosition() {
        world.deliver(
                LANE,
                record(1, noPrice(NOW_MILLIS - 5, "ann", "cafe")),
                record(2, event(NOW_MILLIS - 5, "ann", 5, "cafe")),
                record(3, event(NOW_MILLIS - 5, "bob", 5, "cafe")),
                record(4, noPrice(NOW_MILLIS - 5, "bob", "cafe")));

        world.redriver().redrive(world.repaired(RedriveTest::repair)).join();

        assertThat(world.values(PRICES, "ann")).containsEntry("last_price_24h", new BigDecimal("5"));
        assertThat(world.values(PRICES, "bob")).containsEntry("last_price_24h", new BigDecimal("13"));
        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    @DisplayName("Q1: records of a lane redriven later, before or after those redriven first, count too")
    void severalRedrivesOfOneLane() {
        world.deliver(
                LANE,
                record(1, noPrice(NOW_MILLIS - 5, "ann", "cafe")),
                record(2, noPrice(NOW_MILLIS - 5, "ann", "cafe")),
                record(3, noPrice(NOW_MILLIS - 5, "ann", "cafe")));
        List<Candidate> repaired = world.repaired(RedriveTest::repair);

        world.redriver().redrive(List.of(repaired.get(1))).join();
        world.redriver().redrive(List.of(repaired.get(2), repaired.get(0))).join();

        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 3L);
        world.assertAsIfNeverBad("ann");
    }

    @Test
    @DisplayName("Q1: crashed at any request, before or after it took effect, a redrive is finished by the next")
    void crashAtEveryRequest() {
        int requests = 0;
        for (int crash = 1; requests == crash - 1; crash++) {
            for (boolean applied : new boolean[] {false, true}) {
                RedriveTest test = new RedriveTest();
                test.deliverGoodAndBad();
                List<Candidate> repaired = test.world.repaired(RedriveTest::repair);
                Interrupted crashed = new Interrupted(test.world).crashAt(crash, applied);
                boolean isDone = isDone(crashed.redriver(), repaired);
                requests = Math.min(crashed.requests(), crash);

                RedriveReport next = test.world.redriver().redrive(repaired).join();

                assertThat(isDone).isEqualTo(crashed.requests() < crash);
                assertThat(next.outcomes()).allMatch(RedriveOutcome::isDone);
                assertThat(test.world.log.done).containsExactly(1L);
                test.world.assertNothingIsClaimedTwice();
                test.world.assertAsIfNeverBad("ann", "bob");
            }
        }
        assertThat(requests).as("requests of one redrive").isGreaterThan(8);
    }

    private static boolean isDone(Redriver redriver, List<Candidate> candidates) {
        try {
            RedriveReport report = redriver.redrive(candidates).join();
            return report.outcomes().stream().allMatch(RedriveOutcome::isDone);
        } catch (CompletionException crashed) {
            return false;
        }
    }

    @Test
    @DisplayName("Q1: two operators at once, with different repairs: every record counts once, as one of them wants it")
    void twoOperatorsAtEveryRequest() {
        int requests = Integer.MAX_VALUE;
        for (int meet = 1; meet <= requests; meet++) {
            RedriveTest test = new RedriveTest();
            test.deliverGoodAndBad();
            List<Candidate> mine = test.world.repaired(RedriveTest::repair);
            List<Candidate> theirs = test.world
                    .repaired((view, record) -> event(NOW_MILLIS - 9, "bob", 17, "elsewhere"))
                    .subList(1, 3);
            Interrupted me = new Interrupted(test.world)
                    .meetAt(meet, () -> test.world.redriver().redrive(theirs).join());

            RedriveReport report = me.redriver().redrive(mine).join();
            requests = me.requests();

            assertThat(report.outcomes()).allMatch(RedriveOutcome::isDone);
            assertThat(report.decisions()).noneMatch(Decision.StillBad.class::isInstance);
            assertThat(test.world.log.manifests.stream()
                            .mapToInt(manifest -> manifest.entries().size())
                            .sum())
                    .isEqualTo(4);
            test.world.assertNothingIsClaimedTwice();
            test.world.assertAsIfNeverBad("ann", "bob");
        }
    }

    @Test
    @DisplayName("Q1: a write of a redrive that lands after everything else changes nothing")
    void writesThatLandLate() {
        deliverGoodAndBad();
        List<Candidate> repaired = world.repaired(RedriveTest::repair);
        world.items.faults = key -> Fault.LATE;
        assertThat(world.redriver().redrive(repaired).join().outcomes()).noneMatch(RedriveOutcome::isDone);

        world.items.faults = key -> Fault.NONE;
        world.redriver().redrive(repaired).join();
        world.items.landLate();

        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    @DisplayName("Q1: after a failed write nothing later of the manifest goes into that item")
    void stopsAtAFailure() {
        List<RawRecord> bad = new ArrayList<>();
        for (int n = 0; n < 1_200; n++) {
            bad.add(record(n, noPrice(NOW_MILLIS - 5, "ann", "cafe")));
        }
        world.deliver(LANE, bad.toArray(RawRecord[]::new));
        List<Candidate> repaired = world.repaired(RedriveTest::repair);
        int[] puts = {0};
        // The first batch's write of the head fails as often as it is tried: three times in each of six deliveries.
        world.items.faults = key -> key.isHead() && puts[0]++ < 18 ? Fault.REFUSED : Fault.NONE;
        RedriveReport report = world.redriver().redrive(repaired).join();
        assertThat(report.outcomes()).singleElement().satisfies(outcome -> {
            assertThat(outcome.isDone()).isFalse();
            assertThat(outcome.troubles()).anyMatch(trouble -> trouble.contains("throttled"));
        });

        world.redriver().redrive(List.of()).join();

        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 1_200L);
        world.assertAsIfNeverBad("ann");
    }

    @Test
    @DisplayName("Q1: a view version that is not folded any more has no state to redrive into")
    void retiredView() {
        deliverGoodAndBad();
        List<Candidate> repaired = world.repaired(RedriveTest::repair);
        assertThat(isDone(new Interrupted(world).crashAt(4, false).redriver(), repaired.subList(0, 2)))
                .isFalse();
        retire(PRICES);

        RedriveReport report = world.redriver().redrive(repaired).join();

        assertThat(world.log.manifests).isNotEmpty();
        assertThat(report.decisions())
                .filteredOn(Decision.ViewGone.class::isInstance)
                .isNotEmpty();
        assertThat(report.outcomes()).anyMatch(outcome -> outcome.gone() > 0).allMatch(RedriveOutcome::isDone);
        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 1L);
        assertThat(world.values(PLACES, "ann")).containsEntry("visits_24h", 4L);
    }

    private void retire(View view) {
        ControlRow row = Objects.requireNonNull(world.control.control);
        Map<String, ControlRow.ViewStatus> views = new HashMap<>(row.views());
        views.put(view.version(), ControlRow.ViewStatus.RETIRED);
        world.control.control = new ControlRow(row.rev() + 1, "g1", ControlRow.Phase.LIVE, views);
    }

    @Test
    @DisplayName("Q1: with a catalog that lacks the view nothing is claimed, and an open manifest stays open")
    void anotherCatalog() {
        deliverGoodAndBad();
        List<Candidate> repaired = world.repaired(RedriveTest::repair);
        Catalog none = new Catalog("hash", CATALOG.sources(), List.of(), "{}");
        assertThat(world.redriver(none, world.items, world.control, world.log)
                        .redrive(repaired)
                        .join()
                        .decisions())
                .allMatch(Decision.ViewGone.class::isInstance);
        assertThat(isDone(new Interrupted(world).crashAt(4, false).redriver(), repaired))
                .isFalse();

        RedriveReport report = world.redriver(none, world.items, world.control, world.log)
                .redrive(List.of())
                .join();

        assertThat(report.outcomes())
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.isDone()).isFalse());
        assertThat(world.log.done).isEmpty();
        world.redriver().redrive(List.of()).join();
        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    @DisplayName("F10: a block that DynamoDB is about to delete is not written, and that is reported")
    void expiredBlocks() {
        deliverGoodAndBad();
        world.nowMillis = NOW_MILLIS + 400 * 24 * HOUR_MILLIS;

        RedriveReport report =
                world.redriver().redrive(world.repaired(RedriveTest::repair)).join();

        assertThat(report.outcomes()).singleElement().satisfies(outcome -> {
            assertThat(outcome.expiredBlocks()).isPositive();
            assertThat(outcome.isDone()).isTrue();
        });
        assertThat(world.items.items.keySet()).noneMatch(key -> key.lane().startsWith("rd") && !key.isHead());
    }

    @Test
    @DisplayName("T3: copies among redriven records count once, however late they are redriven, at any batch boundary")
    void producerDuplicates() {
        Lane orders = new Lane(LANE.streamArn().replace("shop-events", "orders"), 1, "shardId-000000000000");
        List<RawRecord> bad = new ArrayList<>();
        for (int n = 0; n < 1_200; n++) {
            // Minutes apart; every second one is a copy of the one before. Ids are forgotten on the way, time and
            // again.
            String data = "{\"ts\":" + NOW_MILLIS + ",\"user\":\"ann\",\"id\":" + n / 2 + "}";
            bad.add(new RawRecord(
                    position(n), NOW_MILLIS + n * 300_000L, "key", data.getBytes(StandardCharsets.UTF_8)));
        }
        world.deliver(orders, bad.toArray(RawRecord[]::new));
        world.nowMillis = NOW_MILLIS + 5 * 24 * HOUR_MILLIS;

        RedriveReport report = world.redriver()
                .redrive(world.repaired((view, record) ->
                        new String(record.data(), StandardCharsets.UTF_8).replace("\"id\"", "\"price\":1,\"id\"")))
                .join();

        assertThat(report.outcomes()).containsExactly(new RedriveOutcome(1, 1_200, 0, 0, List.of(), true));
        assertThat(world.values(BUYERS, "ann")).containsEntry("spent_30d", new BigDecimal("600"));
        world.log.done.clear();
        world.items.items.keySet().removeIf(key -> key.width().equals("ids"));
        assertThat(world.redriver().redrive(List.of()).join().outcomes()).allMatch(RedriveOutcome::isDone);
        assertThat(world.values(BUYERS, "ann")).containsEntry("spent_30d", new BigDecimal("600"));
    }

    @Test
    void theFilterDecidesAboutARepairedRecordToo() {
        deliverGoodAndBad();

        RedriveReport report = world.redriver()
                .redrive(world.repaired(
                        (view, record) -> event(NOW_MILLIS, "ann", 5, "bar").replace("view", "cart")))
                .join();

        assertThat(report.decisions())
                .filteredOn(
                        decision -> decision.candidate().quarantined().view().equals("prices"))
                .hasSize(3)
                .allMatch(decision ->
                        decision instanceof Decision.Accepted accepted && accepted.verdict() == Admission.Verdict.OUT);
        world.assertAsIfNeverBad("ann", "bob");
    }

    @Test
    void aRehearsalDecidesAndChangesNothing() {
        deliverGoodAndBad();

        RedriveReport report =
                world.redriver().rehearse(world.repaired(RedriveTest::repair)).join();

        assertThat(report.decisions()).hasSize(4).allMatch(Decision.Accepted.class::isInstance);
        assertThat(world.log.manifests).isEmpty();
        assertThat(world.values(PRICES, "ann")).containsEntry("views_24h", 1L);
    }

    @Test
    void nothingIsRedrivenIntoAStateThatIsBeingRestored() {
        deliverGoodAndBad();
        ControlRow row = Objects.requireNonNull(world.control.control);
        world.control.control = new ControlRow(row.rev() + 1, "g1", ControlRow.Phase.REPLAY, row.views());

        assertThatThrownBy(() -> world.redriver()
                        .redrive(world.repaired(RedriveTest::repair))
                        .join())
                .hasMessageContaining("being restored (REPLAY)");
        world.control.control = null;
        assertThatThrownBy(() -> world.redriver().redrive(List.of()).join()).hasMessageContaining("no control row");
        assertThat(world.log.manifests).isEmpty();
    }

    @Test
    void oneRecordTwiceIsAMistake() {
        deliverGoodAndBad();
        Candidate candidate = Candidate.unrepaired(world.quarantined().get(0));

        assertThatThrownBy(() -> world.redriver().redrive(List.of(candidate, candidate)))
                .hasMessageContaining("twice for view version");
        assertThat(candidate.quarantined().reason().reason()).isEqualTo(InvalidEvent.Reason.NOT_JSON);
    }
}
