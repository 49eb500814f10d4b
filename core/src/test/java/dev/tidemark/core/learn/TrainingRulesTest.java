package dev.tidemark.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.learn.TrainingDecision.Done;
import dev.tidemark.core.learn.TrainingDecision.Refused;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.monitor.Cause;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.store.InMemoryTrainingLog;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.store.TrainingLog.OfRun;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.view.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingRulesTest {

    private static final long HOUR = 3_600_000;
    private static final String SCHEDULED = """
            every: 6h
            when: [concept]
            at_least: 100
            rest: 2h
            promote: {shadow: 1h, watch: 48h}
            """;

    private final InMemoryTrainingLog log = new InMemoryTrainingLog();
    private long nowMillis = 1_800_000_000_000L;
    private long cuts;
    private final List<Long> since = new ArrayList<>();
    private TrainingLoop loop = loop(Trainings.of(SCHEDULED));

    private TrainingLoop loop(Training training) {
        return new TrainingLoop(training, log, () -> nowMillis);
    }

    private TrainingDecision begin(String cause, long newRows) {
        return loop.begin(new Trigger(cause, nowMillis, "driver at " + nowMillis), "train.py", last -> {
                    since.add(last);
                    return CompletableFuture.completedFuture(new TrainingLoop.Cuts.Made(++cuts, newRows));
                })
                .join();
    }

    private String begun() {
        TrainingDecision decision = begin(TrainingRules.OPERATOR, 0);
        assertThat(decision).isInstanceOf(Done.class);
        return ((OfRun) ((Done) decision).entry()).run();
    }

    private String judged(String version) {
        String run = begun();
        loop.setMade(run, "s3://b/set.json", "ab", 812, "s3://b/profile.json.gz")
                .join();
        loop.judged(run, new Candidate(version, "h", "models/" + version, null), true, List.of())
                .join();
        return run;
    }

    private static void assertRefused(TrainingDecision decision, String reason) {
        assertThat(decision).isInstanceOf(Refused.class);
        assertThat(((Refused) decision).reason()).contains(reason);
    }

    private static Entry entry(TrainingDecision decision) {
        assertThat(decision).isInstanceOf(Done.class);
        return ((Done) decision).entry();
    }

    @Test
    void aRunStartsForACauseOfTheCatalogOnly() {
        assertRefused(begin("drift", 1_000), "starts no run of model 'discount' for the cause drift");
        assertRefused(begin(TrainingRules.ROWS, 1_000), "for the cause rows");
        assertThat(since).as("cuts that were made for nothing").isEmpty();
        assertThat(begin("concept", 100)).isInstanceOf(Done.class);

        assertThat(new TrainingRules(Trainings.of(SCHEDULED)).ownCause()).contains(TrainingRules.SCHEDULE);
        assertThat(new TrainingRules(Trainings.of("when: [concept]")).ownCause())
                .isEmpty();
        assertThat(new TrainingRules(Trainings.of("at_least: 5")).ownCause()).contains(TrainingRules.ROWS);
    }

    @Test
    void aRunNeedsNewRowsSinceTheLast() {
        assertRefused(begin("concept", 99), "99 rows are new since the last run, and 100 are wanted");
        begin("concept", 100);
        loop.end(loop.state().join().open().orElseThrow().name(), End.FAILED, "it did not converge")
                .join();
        nowMillis += 24 * HOUR;
        assertRefused(begin("concept", 7), "7 rows are new");
        assertThat(begin(TrainingRules.OPERATOR, 7)).isInstanceOf(Done.class);

        assertThat(since).containsExactly(0L, 0L, 2L, 2L);
    }

    @Test
    void aRunRestsAfterTheEndOfTheOneBefore() {
        String run = begun();
        nowMillis += 5 * HOUR;
        assertRefused(begin("concept", 1_000), "is not over");
        loop.end(run, End.STOPPED, "enough").join();

        nowMillis += 2 * HOUR - 1;
        assertRefused(begin("concept", 1_000), "the next may start at 2027-01-15T15:00:00Z");
        nowMillis++;
        assertThat(begin("concept", 1_000)).isInstanceOf(Done.class);
    }

    @Test
    void aScheduleIsOnTimeWithinATenthOfItsInterval() {
        loop = loop(Trainings.of("every: 10h"));
        loop.end(begun(), End.FAILED, "at once").join();

        nowMillis += 9 * HOUR - 1;
        assertRefused(begin(TrainingRules.SCHEDULE, 1_000), "the next may start at");
        nowMillis++;
        assertThat(begin(TrainingRules.SCHEDULE, 1_000)).isInstanceOf(Done.class);
    }

    @Test
    void whatHappenedBeforeARunStartsNoOtherOne() {
        long happened = nowMillis;
        loop.end(begun(), End.FAILED, "at once").join();
        nowMillis += 24 * HOUR;
        Trigger again = new Trigger(TrainingRules.OPERATOR, happened, "somebody else");

        assertRefused(
                loop.begin(again, "train.py", last -> CompletableFuture.failedFuture(new AssertionError("a cut")))
                        .join(),
                "has started since");
        nowMillis -= 48 * HOUR;
        assertRefused(
                loop.begin(again, "train.py", last -> CompletableFuture.failedFuture(new AssertionError("a cut")))
                        .join(),
                "lies in the future");
    }

    @Test
    void aCutIsTrainedOnOnce() {
        loop.end(begun(), End.FAILED, "at once").join();
        nowMillis += 24 * HOUR;
        cuts = 0;

        assertRefused(begin("concept", 1_000), "has cut 1 already");
    }

    @Test
    void theNameOfARunSaysWhatIsTrainedHowAndOnWhat() {
        String name = TrainingRules.name("h", 17, "s");

        assertThat(name).matches("r[0-9a-f]{16}").isEqualTo(TrainingRules.name("h", 17, "s"));
        assertThat(List.of(
                        TrainingRules.name("i", 17, "s"),
                        TrainingRules.name("h", 18, "s"),
                        TrainingRules.name("h", 17, "t")))
                .doesNotHaveDuplicates()
                .doesNotContain(name);
    }

    @Test
    void aRunGoesThroughItsSteps() {
        String run = begun();
        assertThat(loop.next(run).join()).isInstanceOf(TrainingTask.MakeSet.class);
        assertRefused(
                loop.judged(run, new Candidate("v2", "h", "a", null), true, List.of())
                        .join(),
                "no training set yet");
        loop.setMade(run, "set.json", "ab", 5, "profile").join();
        assertThat(loop.next(run).join()).isInstanceOf(TrainingTask.Train.class);
        assertRefused(loop.promote(run, "now").join(), "no candidate yet that passed the gate");
        loop.judged(run, new Candidate("v2", "h", "a", null), true, List.of()).join();

        long judged = nowMillis;
        assertThat(loop.next(run).join())
                .as("until outcomes are known")
                .isEqualTo(new TrainingTask.Wait(
                        judged + HOUR + Trainings.of(SCHEDULED).rows().horizonMillis()));
        nowMillis += 3 * HOUR;
        assertThat(loop.next(run).join())
                .isEqualTo(new TrainingTask.Compare(new Candidate("v2", "h", "a", null), judged, judged + HOUR));
        assertThat(entry(loop.compared(run, new PairedDifference(500, 0.01, 0.02))
                        .join()))
                .isInstanceOf(Promoted.class);

        assertThat(loop.next(run).join())
                .isEqualTo(new TrainingTask.Watch(new Candidate("v2", "h", "a", null), nowMillis + HOUR));
        assertRefused(loop.watched(run, report("v2", null)).join(), "is watched until");
        nowMillis += 48 * HOUR;
        assertThat(entry(loop.watched(run, report("v2", null)).join())).isInstanceOf(Ended.class);
        assertThat(loop.next(run).join()).isInstanceOf(TrainingTask.Nothing.class);
        assertRefused(loop.setMade("other", "set.json", "ab", 5, "profile").join(), "is not the last one");
    }

    @Test
    void whoIsWorseInServiceForCertainIsNotPromoted() {
        String run = judged("v2");

        assertThat(entry(loop.compared(run, new PairedDifference(500, -0.1, 0.02))
                        .join()))
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.end()).isEqualTo(End.REFUSED));
        assertRefused(loop.promote(run, "although").join(), "is over");
    }

    @Test
    void ofWhomNothingIsKnownInServiceIsNotPromoted() {
        String run = judged("v2");

        assertThat(entry(loop.compared(run, new PairedDifference(500, Double.NaN, Double.NaN))
                        .join()))
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.end()).isEqualTo(End.REFUSED));
    }

    @Test
    void whoWasNotLoggedInServiceIsNotPromoted() {
        String run = judged("v2");

        assertThat(entry(loop.compared(run, null).join()))
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.reason()).contains("challenger 'candidate'"));
    }

    @Test
    void withoutAShadowThePromotionIsNextAndWithoutAWatchTheEnd() {
        loop = loop(Trainings.of("at_least: 1"));
        String run = judged("v2");
        assertThat(loop.next(run).join()).isInstanceOf(TrainingTask.Promote.class);

        loop.promote(run, "it passed").join();
        assertThat(loop.next(run).join()).isInstanceOf(TrainingTask.Nothing.class);
        assertThat(loop.state().join().open()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aNewChampionGivesWayIfTheFaultMayBeItsOwn(Cause.Kind kind) {
        String run = judged("v2");
        loop.promote(run, "it is better").join();

        TrainingDecision decision =
                loop.watched(run, report("v2", new Cause(kind, List.of()))).join();

        if (kind == Cause.Kind.LABELS || kind == Cause.Kind.PIPELINE) {
            assertRefused(decision, "is watched until");
        } else {
            assertThat(entry(decision))
                    .isInstanceOfSatisfying(
                            RolledBack.class, back -> assertThat(back.reason()).contains(kind.word()));
        }
    }

    @Test
    void faultsOfOtherVersionsAreNotItsOwn() {
        String run = judged("v2");
        loop.promote(run, "it is better").join();

        assertRefused(
                loop.watched(run, report("v1", new Cause(Cause.Kind.CONCEPT, List.of())))
                        .join(),
                "is watched until");
    }

    private static QualityReport report(String version, @Nullable Cause cause) {
        return new QualityReport(
                Trainings.monitor(),
                0,
                List.of(new QualityReport.OfVersion(version, List.of(), List.of(), null, cause)),
                null);
    }

    @Test
    void aCandidateHasAVersionOfItsOwn() {
        loop = loop(Trainings.of("at_least: 1"));
        loop.promote(judged("v2"), "it passed").join();
        nowMillis++;
        String run = begun();
        loop.setMade(run, "set.json", "ab", 5, "profile").join();

        assertRefused(
                loop.judged(run, new Candidate("v2", "h", "b", null), true, List.of())
                        .join(),
                "the champion has the version 'v2' already");
    }

    @Test
    void aLogThatCannotBeIsNotRead() {
        String run = judged("v2");
        log.append("discount", new Promoted(4, 0, run, new Candidate("v2", "h", "b", null), 0, 0, "back in time"))
                .join();

        assertThatThrownBy(() -> loop.state().join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entry 4 of the training log of model discount");
    }

    @Test
    void othersAreToldAgainWhatTheyMayHaveMissed() {
        String run = begun();
        for (int time = 1; time <= 2; time++) {
            assertThat(news(loop.setMade(run, "s3://b/set.json", "ab", 812, "s3://b/profile.json.gz")))
                    .contains("Training Set Ready {model=discount, log=2, time=2027-01-15T08:00:00Z, run=" + run
                            + ", cut=1, hash=" + Trainings.of("at_least: 1").modelHash()
                            + ", manifest=s3://b/set.json, sha256=ab, rows=812, profile=s3://b/profile.json.gz}");
        }

        Candidate candidate = new Candidate("v2", "h", "a", null);
        String told = "{version=v2, hash=h, artifact=a, sha256=null}";
        assertThat(news(loop.judged(run, candidate, true, List.of(new Finding("rows", true, "812")))))
                .contains("Candidate Judged {model=discount, log=3, time=2027-01-15T08:00:00Z, run=" + run
                        + ", passed=true, candidate=" + told + ", findings=[{name=rows, passed=true, text=812}]}");
        assertThat(news(loop.promote(run, "better")))
                .contains("Promoted {model=discount, log=4, time=2027-01-15T08:00:00Z, run=" + run + ", candidate="
                        + told + ", reason=better}");
        assertThat(news(loop.rollBack(run, "worse")))
                .contains("Rolled Back {model=discount, log=5, time=2027-01-15T08:00:00Z, from=" + run
                        + ", to=null, reason=worse}");
        nowMillis++;
        assertThat(news(loop.end(begun(), End.FAILED, "it broke"))).isEmpty();
    }

    private static Optional<String> news(CompletableFuture<TrainingDecision> decision) {
        return TrainingNews.of((Done) decision.join()).map(news -> news.type() + " " + news.detail());
    }
}
