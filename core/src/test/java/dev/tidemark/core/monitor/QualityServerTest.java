package dev.tidemark.core.monitor;

import static dev.tidemark.core.monitor.MonitorWorld.HOUR;
import static dev.tidemark.core.monitor.MonitorWorld.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidemark.core.monitor.MonitorWorld.Logged;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.QualityReport.Status;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From events, decided and folded as in production, to the report. */
final class QualityServerTest {

    private static final String LABELLED = """
            predictions: {source: shop}
            outcome: {within: 2h, settle: 30m, delay: delay}
            slices: [request.device]
            monitor:
              windows: [1h, 6h]
              champion: v7
              baseline: {window: 6h, before: 12h}
              checks:
                accuracy: {at_least: 0.6, window: 6h}
                coverage: {labelled_at_least: 0.6, window: 6h}
                drift: {psi: 0.2, window: 6h}
                nulls: {times_baseline: 3, plus: 0.01, window: 6h}
            """;
    private static final String ABSENT = """
            predictions: {source: shop}
            outcome: {absent: 0, within: 2h, settle: 30m, thresholds: [0.3, 0.5]}
            slices: [request.device]
            monitor:
              windows: [1h, 6h]
              checks: {accuracy: {at_least: 0.5, window: 1h}}
            """;
    private static final int A_MINUTE = 5;

    /** A window ends with a hop, so a matured one ends a hop before the horizon. */
    private static final long HOP = 60_000;

    /** What may go wrong from some hour on. */
    private static final class Shop {

        private final MonitorWorld world;
        private final SplittableRandom random = new SplittableRandom(11);
        private final List<Logged> predictions = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();
        private final List<Long> arrivals = new ArrayList<>();
        private final boolean sendsNo;
        private long failsFrom = Long.MAX_VALUE;
        private double unit = 1;
        private double nulls = 0.005;
        private @Nullable String hash;
        private double labelled = 0.95;
        private double harder = 1;

        /** By so much a yes is more probable than its score says. */
        private double easier;

        /** How many predictions have a score that is no probability. */
        private double broken;

        /** Scores and outcomes are more often a yes. */
        private boolean moreYes;

        /** How many of the events are sent again, soon after. */
        private double repeated;

        private int events;

        Shop(String ofModel) {
            world = new MonitorWorld(ofModel);
            sendsNo = !Objects.requireNonNull(world.monitor.outcome()).isAbsent();
        }

        /** Predictions of some hours, and their outcomes whenever they come. */
        Shop run(int hours) {
            for (long at = START; at < START + hours * HOUR; at += 60_000 / A_MINUTE) {
                boolean fails = at >= failsFrom;
                Logged prediction = new Logged(
                        "p" + predictions.size(),
                        at,
                        random.nextInt(5) == 0 ? "v8" : "v7",
                        fails && hash != null ? hash : world.monitor.modelHash(),
                        "user-" + random.nextInt(5_000),
                        random.nextDouble() < (fails ? nulls : 0.005)
                                ? null
                                : (Double) (Profiles.normal(random, 100, 15) * (fails ? unit : 1)),
                        random.nextInt(20),
                        random.nextInt(3) == 0 ? "phone" : "desktop",
                        score(fails && moreYes));
                sends(
                        at + 50,
                        fails && broken > 0 && random.nextDouble() < broken
                                ? prediction.json().replace("\"score\":", MonitorWorld.BROKEN + ",\"score\":1")
                                : prediction.json());
                double chance = 0.5 + (prediction.score() - 0.5) * (fails ? harder : 1) + (fails ? easier : 0);
                int label = random.nextDouble() < chance ? 1 : 0;
                long delay = (long) Math.min(2 * HOUR, -Math.log(1 - random.nextDouble()) * 15 * 60_000);
                boolean comes =
                        (sendsNo || label == 1) && (!sendsNo || random.nextDouble() < (fails ? labelled : 0.95));
                predictions.add(prediction);
                labels.add(label);
                arrivals.add(comes ? at + delay + 100 : Long.MAX_VALUE);
                if (comes) {
                    sends(at + delay + 100, prediction.outcome(at + delay, label));
                }
            }
            return this;
        }

        private double score(boolean isMore) {
            double even = random.nextDouble();
            return Math.round(1_000 * (0.02 + 0.96 * (isMore ? Math.sqrt(even) : even))) / 1_000.0;
        }

        private void sends(long arrivalMillis, String json) {
            String event = json.replaceFirst("\\{", "{\"event_id\":\"e" + events++ + "\",");
            world.arrives(arrivalMillis, event);
            if (repeated > 0 && random.nextDouble() < repeated) {
                world.arrives(arrivalMillis + random.nextLong(120_000), event);
            }
        }

        OfWindow window(QualityReport report, String version, String window) {
            return report.versions().stream()
                    .filter(one -> one.version().equals(version))
                    .flatMap(one -> one.windows().stream())
                    .filter(one -> one.window().text().equals(window))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What a window would show if it were computed from the events themselves. */
    private record Naive(long predictions, long labelled, long right, double brier, double rate) {

        static Naive of(Shop shop, String version, long fromMillis, long toMillis, long knownMillis, double threshold) {
            long n = 0;
            long labelled = 0;
            long right = 0;
            double brier = 0;
            long positive = 0;
            for (int i = 0; i < shop.predictions.size(); i++) {
                Logged one = shop.predictions.get(i);
                if (one.atMillis() < fromMillis
                        || one.atMillis() >= toMillis
                        || !one.version().equals(version)) {
                    continue;
                }
                n++;
                boolean known = shop.arrivals.get(i) < knownMillis;
                if (shop.sendsNo && !known) {
                    continue;
                }
                int label = known ? shop.labels.get(i) : 0;
                labelled++;
                right += (one.score() >= threshold) == (label == 1) ? 1 : 0;
                brier += (one.score() - label) * (one.score() - label);
                positive += label;
            }
            return new Naive(n, labelled, right, brier / labelled, (double) positive / labelled);
        }
    }

    @Test
    void metricsAreThoseOfTheEvents() {
        Shop shop = new Shop(LABELLED).run(24);
        long now = START + 24 * HOUR;
        shop.world.fold(now);

        QualityReport report = shop.world.report(now);

        assertThat(report.versions()).extracting(OfVersion::version).containsExactly("v7", "v8");
        for (String version : List.of("v7", "v8")) {
            OfWindow found = shop.window(report, version, "1h");
            Realised latest = Objects.requireNonNull(found.latest());
            Realised matured = Objects.requireNonNull(found.matured());
            compare(latest, Naive.of(shop, version, now - HOUR, now, now, 0.5));
            long end = now - 5 * HOUR / 2;
            compare(matured, Naive.of(shop, version, end - HOUR - HOP, end, now, 0.5));
            assertThat(matured.coverage()).isBetween(0.8, 1.0);
            assertThat(latest.isMatured()).isFalse();
            assertThat(latest.coverage()).isLessThan(matured.coverage());
        }
        assertThat(report.status()).as(QualityJson.of(report)).isEqualTo(Status.PASS);
        assertThat(report.deciding()).hasSize(1);
    }

    /** Whoever retries sends an event again; what is computed from each event once is what the report shows. */
    @Test
    void whatIsSentAgainCountsOnce() {
        for (String ofModel : List.of(LABELLED, ABSENT)) {
            Shop shop = new Shop(ofModel);
            shop.repeated = 0.3;
            long now = START + 10 * HOUR;
            shop.run(10).world.fold(now);
            long end = now - 5 * HOUR / 2;

            OfWindow found = shop.window(shop.world.report(now, "device", null), "v7", "1h");

            compareMetrics(
                    Objects.requireNonNull(found.matured()), Naive.of(shop, "v7", end - HOUR - HOP, end, now, 0.5));
            assertThat(found.predictions())
                    .isEqualTo(Naive.of(shop, "v7", now - HOUR, now, now, 0.5).predictions());
            assertThat(found.slices().stream()
                            .mapToLong(one -> one.matured().labelled())
                            .sum())
                    .isEqualTo(found.matured().labelled());
        }
    }

    @Test
    void whereItIsNotWantedItCountsAgain() {
        String off = "source: shop, drop_duplicates: false}";
        Shop shop = new Shop(
                LABELLED.replace("source: shop}", off).replace("{within: 2h", "{drop_duplicates: false, within: 2h"));
        shop.repeated = 0.3;
        long now = START + 10 * HOUR;
        shop.run(10).world.fold(now);

        OfWindow found = shop.window(shop.world.report(now), "v7", "1h");

        long sent = Naive.of(shop, "v7", now - HOUR, now, now, 0.5).predictions();
        assertThat(found.predictions()).isBetween(sent * 5 / 4, sent * 3 / 2);
    }

    /** Such predictions are in quarantine of the views by version or slice. */
    @Test
    void anEmptyVersionOrSliceIsNotReported() {
        Shop shop = new Shop(LABELLED).run(10);
        long now = START + 10 * HOUR;
        long at = now - 3 * HOUR;
        shop.sends(at, broken(prediction(shop, at, "", "phone").json()));
        shop.sends(at, broken(prediction(shop, at, "v7", "").json()));
        shop.sends(at, broken(prediction(shop, at, "v7", "").outcome(at, 1)));
        // Null is no value of a slice, and no fault.
        shop.sends(at, prediction(shop, at, "v8", "").json().replace("\"device\":\"\"", "\"device\":null"));
        shop.sends(at, prediction(shop, at, "v8", "").outcome(at, 1).replace("\"device\":\"\"", "\"device\":null"));
        shop.world.fold(now);

        QualityReport report = shop.world.report(now, "device", null);

        assertThat(report.versions()).extracting(OfVersion::version).containsExactly("v7", "v8");
        assertThat(shop.window(report, "v7", "1h").slices())
                .extracting(QualityReport.OfSlice::value)
                .containsExactlyInAnyOrder("desktop", "phone");
    }

    private static String broken(String json) {
        return json.replaceFirst("\\{", "{" + MonitorWorld.BROKEN + ",");
    }

    private static Logged prediction(Shop shop, long at, String version, String device) {
        return new Logged(
                "p-" + version + device, at, version, shop.world.monitor.modelHash(), "u", 100.0, 1, device, 0.5);
    }

    private static void compare(Realised found, Naive expected) {
        assertThat(found.labelled()).isEqualTo(expected.labelled());
        compareMetrics(found, expected);
    }

    private static void compareMetrics(Realised found, Naive expected) {
        Metrics metrics = Objects.requireNonNull(found.metrics());
        assertThat(found.predictions()).isEqualTo(expected.predictions());
        assertThat(number(metrics, "accuracy", "0.5"))
                .isCloseTo((double) expected.right() / expected.labelled(), within(1e-10));
        assertThat(number(metrics, "brier", null)).isCloseTo(expected.brier(), within(1e-10));
        assertThat(number(metrics, "rate", null)).isCloseTo(expected.rate(), within(1e-10));
        assertThat(number(metrics, "auc", null)).isBetween(0.5, 1.0);
        assertThat(number(metrics, "ece", null)).isBetween(0.0, 0.5);
    }

    private static double number(Metrics metrics, String name, @Nullable String threshold) {
        BigDecimal number = metrics.number(name, threshold == null ? null : new BigDecimal(threshold));
        return Objects.requireNonNull(number).doubleValue();
    }

    @Test
    void withLabelsByAbsenceTheMaturedWindowIsTheTruth() {
        Shop shop = new Shop(ABSENT).run(10);
        long now = START + 10 * HOUR;
        shop.world.fold(now);
        long end = now - 5 * HOUR / 2;

        OfWindow found = shop.window(shop.world.report(now), "v7", "1h");

        Realised matured = Objects.requireNonNull(found.matured());
        for (String threshold : List.of("0.3", "0.5")) {
            Naive naive = Naive.of(shop, "v7", end - HOUR - HOP, end, now, Double.parseDouble(threshold));
            Metrics metrics = Objects.requireNonNull(matured.metrics());
            assertThat(number(metrics, "accuracy", threshold))
                    .isCloseTo((double) naive.right() / naive.labelled(), within(1e-10));
            assertThat(number(metrics, "brier", null)).isCloseTo(naive.brier(), within(1e-10));
            assertThat(number(metrics, "rate", null)).isCloseTo(naive.rate(), within(1e-10));
        }
        Realised latest = Objects.requireNonNull(found.latest());
        assertThat(latest.metrics()).as("judged at once, it would be wrong").isNull();
        assertThat(latest.expected()).hasSize(2);
        assertThat(latest.expected().get(1).accuracy())
                .isCloseTo(number(Objects.requireNonNull(matured.metrics()), "accuracy", "0.5"), within(0.1));
    }

    /** Joined by the id of the prediction, the same events show what they show when outcomes carry their prediction. */
    @Test
    void aPairShowsWhatCarriedOutcomesShow() {
        long now = START + 8 * HOUR;
        Shop carried = new Shop(LABELLED).run(8);
        carried.world.fold(now);
        Shop pairs =
                new Shop(LABELLED.replace("within: 2h, settle: 30m, delay: delay", "settle: 30m, pair: judged")).run(8);
        pairs.world.fold(now);

        for (String window : List.of("1h", "6h")) {
            OfWindow a = carried.window(carried.world.report(now), "v7", window);
            OfWindow b = pairs.window(pairs.world.report(now), "v7", window);
            assertThat(b.matured()).isEqualTo(a.matured());
            assertThat(Objects.requireNonNull(b.latest()).metrics())
                    .isEqualTo(Objects.requireNonNull(a.latest()).metrics());
            assertThat(b.latest().delays()).isEqualTo(a.latest().delays());
        }
    }

    /**
     * Acceptance: a day's labels by absence, a positive that comes 30 h later. Dated inside, it changes its window alone, which
     * then is what the events say; dated beyond, it is late, and changes nothing.
     */
    @Test
    void aPositiveThirtyHoursLaterChangesItsWindowAlone() {
        Shop shop = new Shop(ABSENT.replace("within: 2h", "within: 24h")).run(10);
        long known = START + 40 * HOUR;
        Logged revised = negativeAt(shop, START + 3 * HOUR);
        Logged beyond = negativeAt(shop, START + 5 * HOUR);
        long[] ends = {START + 4 * HOUR, START + 6 * HOUR, START + 8 * HOUR};
        shop.world.fold(known);
        List<Realised> before = matured(shop, ends);
        shop.world.arrives(revised.atMillis() + 30 * HOUR, revised.outcome(revised.atMillis() + 24 * HOUR, 1));
        shop.world.arrives(beyond.atMillis() + 30 * HOUR, beyond.outcome(beyond.atMillis() + 24 * HOUR + 1, 1));
        shop.world.fold(known);
        List<Realised> after = matured(shop, ends);

        assertThat(after.get(0).labelled()).isEqualTo(before.get(0).labelled() + 1);
        assertThat(after.subList(1, 3)).isEqualTo(before.subList(1, 3));
        assertThat(shop.world.tooLate("discount$quality"))
                .containsExactly(beyond.outcome(beyond.atMillis() + 24 * HOUR + 1, 1));
        int place = shop.predictions.indexOf(revised);
        shop.labels.set(place, 1);
        shop.arrivals.set(place, revised.atMillis() + 30 * HOUR);
        for (int i = 0; i < ends.length; i++) {
            compareMetrics(
                    after.get(i),
                    Naive.of(
                            shop, "v7", after.get(i).startMillis(), after.get(i).endMillis(), known, 0.5));
        }
    }

    private static Logged negativeAt(Shop shop, long fromMillis) {
        return shop.predictions.stream()
                .filter(one -> one.version().equals("v7") && one.atMillis() >= fromMillis)
                .filter(one -> shop.arrivals.get(shop.predictions.indexOf(one)) == Long.MAX_VALUE)
                .findFirst()
                .orElseThrow();
    }

    /** Of the last hour before each end, as matured then. */
    private static List<Realised> matured(Shop shop, long[] ends) {
        List<Realised> found = new ArrayList<>();
        for (long end : ends) {
            long at = end + 24 * HOUR + HOUR / 2;
            Realised matured = Objects.requireNonNull(shop.window(shop.world.report(at, START + 40 * HOUR), "v7", "1h")
                    .matured());
            assertThat(matured.endMillis()).isEqualTo(end);
            found.add(matured);
        }
        return found;
    }

    /** An outcome that happens later than it may is not counted, whenever it comes. */
    @Test
    void anOutcomeBeyondItsTimeIsLate() {
        Shop shop = new Shop(LABELLED).run(10);
        long now = START + 10 * HOUR;
        shop.world.fold(now);
        OfWindow before = shop.window(shop.world.report(now), "v7", "1h");
        Logged one = shop.predictions.stream()
                .filter(of -> of.version().equals("v7") && of.atMillis() >= START + 7 * HOUR)
                .findFirst()
                .orElseThrow();
        shop.world.arrives(now - 2, one.outcome(one.atMillis() + 2 * HOUR + 1, 1));
        shop.world.fold(now);
        assertThat(shop.window(shop.world.report(now), "v7", "1h").matured()).isEqualTo(before.matured());
        assertThat(shop.world.tooLate("discount$quality")).hasSize(1);

        shop.world.arrives(now - 1, one.outcome(one.atMillis() + 2 * HOUR, 1));
        shop.world.fold(now);
        assertThat(Objects.requireNonNull(
                                shop.window(shop.world.report(now), "v7", "1h").matured())
                        .labelled())
                .isEqualTo(Objects.requireNonNull(before.matured()).labelled() + 1);
    }

    /** With and without labels by absence the same events show the same numbers. */
    @Test
    void absenceShowsWhatExplicitLabelsShow() {
        Shop absent = new Shop(ABSENT).run(10);
        long now = START + 10 * HOUR;
        absent.world.fold(now);
        MonitorWorld explicit = new MonitorWorld(ABSENT.replace("absent: 0, ", ""));
        for (int i = 0; i < absent.predictions.size(); i++) {
            Logged one = absent.predictions.get(i);
            explicit.arrives(one.atMillis() + 50, one.json());
            explicit.arrives(one.atMillis() + 60, one.outcome(one.atMillis() + 10, absent.labels.get(i)));
        }
        explicit.fold(now);

        Metrics a = Objects.requireNonNull(Objects.requireNonNull(
                        absent.window(absent.world.report(now), "v7", "6h").matured())
                .metrics());
        Metrics b = Objects.requireNonNull(Objects.requireNonNull(
                        absent.window(explicit.report(now), "v7", "6h").matured())
                .metrics());

        assertThat(a.values().keySet()).isEqualTo(b.values().keySet());
        for (String name : List.of("rate", "log_loss", "brier", "auc", "ece")) {
            assertThat(number(a, name, null)).as(name).isCloseTo(number(b, name, null), within(1e-9));
        }
        for (String name : List.of("accuracy", "precision", "recall", "f1")) {
            assertThat(number(a, name, "0.3")).as(name).isCloseTo(number(b, name, "0.3"), within(1e-9));
        }
        Object slope = Values.map(a.values().get("calibration")).get("slope");
        assertThat(Values.number(slope).doubleValue())
                .isCloseTo(
                        Values.number(Values.map(b.values().get("calibration")).get("slope"))
                                .doubleValue(),
                        within(1e-9));
        assertThat(Values.list(Values.map(a.values().get("calibration")).get("buckets")))
                .hasSameSizeAs(
                        Values.list(Values.map(b.values().get("calibration")).get("buckets")));
    }

    /** A positive that arrives late but happened inside changes its window, and no other. */
    @Test
    void aLatePositiveRevisesItsWindow() {
        Shop shop = new Shop(ABSENT).run(10);
        long now = START + 10 * HOUR;
        Logged revised = shop.predictions.stream()
                .filter(one -> one.version().equals("v7") && one.atMillis() >= now - 3 * HOUR)
                .filter(one -> shop.arrivals.get(shop.predictions.indexOf(one)) == Long.MAX_VALUE)
                .findFirst()
                .orElseThrow();
        shop.world.fold(now);
        OfWindow before = shop.window(shop.world.report(now), "v7", "1h");
        shop.world.arrives(now - 1, revised.outcome(revised.atMillis() + HOUR, 1));
        shop.world.fold(now);

        OfWindow after = shop.window(shop.world.report(now), "v7", "1h");

        Realised matured = Objects.requireNonNull(after.matured());
        assertThat(matured.labelled())
                .isEqualTo(Objects.requireNonNull(before.matured()).labelled() + 1);
        assertThat(after.latest()).isEqualTo(before.latest());
    }

    /** Predictions may have ended long before their outcomes are all known. */
    @Test
    void versionsOfMaturedWindowsAreToldToo() {
        Shop shop = new Shop(ABSENT).run(4);
        long now = START + 4 * HOUR + 5 * HOUR / 2;
        shop.world.fold(now);
        QualityReport report = shop.world.report(now, "device", null);

        assertThat(shop.window(report, "v7", "1h").predictions()).isZero();
        assertThat(report.versions()).extracting(OfVersion::version).containsExactly("v7", "v8");
        assertThat(shop.window(report, "v8", "1h").slices())
                .extracting(QualityReport.OfSlice::value)
                .containsExactly("desktop", "phone");
    }

    @Test
    void qualityIsKeptApartBySlice() {
        for (String ofModel : List.of(LABELLED, ABSENT)) {
            Shop shop = new Shop(ofModel).run(24);
            long now = START + 24 * HOUR;
            shop.world.fold(now);

            OfWindow found = shop.window(shop.world.report(now, "device", null), "v7", "6h");

            assertThat(found.slices()).extracting(QualityReport.OfSlice::value).containsExactly("desktop", "phone");
            assertThat(found.slices().stream()
                            .mapToLong(one -> one.matured().labelled())
                            .sum())
                    .isEqualTo(Objects.requireNonNull(found.matured()).labelled());
            assertThat(found.slices())
                    .allSatisfy(one -> assertThat(one.matured().metrics()).isNotNull());
            Realised all = Objects.requireNonNull(found.matured());
            long end = now - 5 * HOUR / 2;
            assertThat(all.endMillis()).isEqualTo(end);
            for (QualityReport.OfSlice one : found.slices()) {
                long expected = shop.predictions.stream()
                        .filter(of -> of.version().equals("v7") && of.device().equals(one.value()))
                        .filter(of -> of.atMillis() >= all.startMillis() && of.atMillis() < end)
                        .count();
                assertThat(one.matured().predictions()).isEqualTo(expected).isPositive();
                assertThat(one.matured().coverage())
                        .isEqualTo(shop.sendsNo ? (double) one.matured().labelled() / expected : 1);
            }
        }
    }

    private static Cause cause(Shop shop) {
        return cause(shop, null);
    }

    private static Cause cause(Shop shop, @Nullable TrainingProfile training) {
        long now = START + 24 * HOUR;
        shop.failsFrom = now - 9 * HOUR;
        shop.run(24).world.fold(now);
        QualityReport report = shop.world.report(now, null, training);
        assertThat(report.status()).as(QualityJson.of(report)).isEqualTo(Status.FAIL);
        return Objects.requireNonNull(report.deciding().get(0).cause());
    }

    @Test
    void aProducerThatChangedItsUnitIsDrift() {
        Shop shop = new Shop(LABELLED);
        shop.unit = 100;
        Cause cause = cause(shop);
        assertThat(cause.kind()).isEqualTo(Cause.Kind.DRIFT);
        assertThat(cause.evidence().get(0).text()).startsWith("viewer.price_1h has moved");
    }

    @Test
    void aNullFeatureIsThePipeline() {
        Shop shop = new Shop(LABELLED);
        shop.nulls = 0.3;
        Cause cause = cause(shop);
        assertThat(cause.kind()).isEqualTo(Cause.Kind.PIPELINE);
        assertThat(cause.evidence().get(0).text()).startsWith("viewer.price_1h is null");
    }

    /** Scores that are no probabilities are in quarantine, which the directory of versions shows. */
    @Test
    void predictionsThatAreRefusedAreThePipeline() {
        Shop shop = new Shop(LABELLED);
        shop.broken = 0.1;
        shop.harder = 0.05;

        Cause cause = cause(shop);

        assertThat(cause.kind()).isEqualTo(Cause.Kind.PIPELINE);
        assertThat(cause.evidence().get(0).text()).matches("[0-9]+ of [0-9]+ predictions are in quarantine");
        assertThat(cause.evidence())
                .extracting(Cause.Evidence::text)
                .anyMatch(text -> text.matches("3\\.\\d % of all \\d+ events of discount\\$inputs are in quarantine: "
                        + "\\[VALUE_OUT_OF_BOUNDS\\]"));
    }

    /** More yes, and scores that say so: the world has changed, not what makes a yes. */
    @Test
    void moreYesThanInTheBaselineIsThePrior() {
        String wanted = LABELLED.replace("accuracy: {at_least: 0.6, window: 6h}", "rate: {at_most: 0.58, window: 6h}");
        Shop shop = new Shop(wanted);
        shop.moreYes = true;
        assertThat(cause(shop).kind()).isEqualTo(Cause.Kind.PRIOR);

        Shop trained = new Shop(wanted.replace("{window: 6h, before: 12h}", "sets/2026-03-01"));
        trained.moreYes = true;
        assertThat(cause(trained, labels(5_000, 5_000)).kind()).isEqualTo(Cause.Kind.PRIOR);
    }

    /** More yes, which no score says: what makes a yes has changed. */
    @Test
    void moreYesThanTheScoresSayIsTheConcept() {
        Shop shop =
                new Shop(LABELLED.replace("accuracy: {at_least: 0.6, window: 6h}", "rate: {at_most: 0.58, window: 6h}")
                        .replace("{window: 6h, before: 12h}", "sets/2026-03-01"));
        shop.easier = 0.3;
        assertThat(cause(shop, labels(5_000, 5_000)).kind()).isEqualTo(Cause.Kind.CONCEPT);
    }

    /** A training set with so many no and yes. */
    private static TrainingProfile labels(long no, long yes) {
        return TrainingProfile.of(Map.of(
                "sha256",
                "00",
                "columns",
                Map.of(
                        "label",
                        Map.of("nulls", 0, "cells", Map.of("0", no, "1", yes), "values", Map.of(), "other", 0))));
    }

    @Test
    void anotherDefinitionIsTheDefinition() {
        Shop shop = new Shop(LABELLED);
        shop.hash = "0123456789abcdef";
        shop.harder = 0.05;
        Cause cause = cause(shop);
        assertThat(cause.kind()).isEqualTo(Cause.Kind.DEFINITION);
        assertThat(cause.evidence()).extracting(Cause.Evidence::kind).contains(Cause.Kind.CONCEPT);
    }

    @Test
    void outcomesThatStopAreTheLabels() {
        Shop shop = new Shop(LABELLED);
        shop.labelled = 0.1;
        assertThat(cause(shop).kind()).isEqualTo(Cause.Kind.LABELS);
    }

    @Test
    void aConceptThatChangesIsTheConcept() {
        Shop shop = new Shop(LABELLED);
        shop.harder = 0.05;
        assertThat(cause(shop).kind()).isEqualTo(Cause.Kind.CONCEPT);
    }

    /** Whoever logs no keys is told of drift all the same: every row then counts as independent. */
    @Test
    void withoutKeysEveryRowCounts() {
        Shop shop = new Shop(LABELLED.replace("{source: shop}", "{source: shop, keys: nothing}"));
        shop.unit = 100;
        assertThat(cause(shop).kind()).isEqualTo(Cause.Kind.DRIFT);
    }

    @Test
    void withoutEventsEverythingIsUnknown() {
        MonitorWorld world = new MonitorWorld(LABELLED);

        QualityReport report = world.report(START + 24 * HOUR);

        assertThat(report.status()).isEqualTo(Status.UNKNOWN);
        assertThat(report.versions()).hasSize(1);
        assertThat(report.versions().get(0).checks())
                .allSatisfy(check -> assertThat(check.status()).isEqualTo(Status.UNKNOWN));
        assertThat(report.versions().get(0).cause()).isNull();
    }
}
