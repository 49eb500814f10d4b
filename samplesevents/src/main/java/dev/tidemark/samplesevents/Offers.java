package dev.tidemark.samplesevents;

import dev.tidemark.samplesevents.ShopEvents.Happening;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The discounts that the shop offers, as two versions of one model score them, and what became of the offers. Both
 * versions score every request, v7 for real and v8 on trial; each writes a prediction, that of v7 with v8's score beside its
 * own. Most predictions get an outcome: 1 if the offer was taken, else 0.
 *
 * <p>Halfway through the stream the concept changes: whoever is on a phone then decides rather the other way round. What
 * the model reads stays as it was. v8 trusts phones less from the start, so the change hurts it less. In the last quarter
 * the program that asks v8 logs a share in percent.
 */
final class Offers {

    /** Of the model {@code discount} in the shop's catalog. */
    private static final String HASH = "5f02d177b41f066e";

    private static final long MINUTE_MILLIS = 60_000L;
    private static final long CONCEPT_CHANGES_MILLIS = SampleEvent.START_MILLIS + ShopEvents.SPAN_MILLIS / 2;
    private static final long PERCENT_FROM_MILLIS = SampleEvent.START_MILLIS + ShopEvents.SPAN_MILLIS / 4 * 3;

    private final Chance chance;
    private final List<Happening> happenings = new ArrayList<>();
    private int requests;

    /**
     * What the versions are asked about.
     *
     * @param listPrice of the item on screen
     * @param averagePrice of what the user saw in this visit before; null for nothing
     * @param views how many items that were
     * @param buying how readily the user buys, around 0.1
     */
    record Request(
            long timeMillis,
            String user,
            String itemId,
            String category,
            String device,
            BigDecimal listPrice,
            @Nullable BigDecimal averagePrice,
            int views,
            double buying) {

        /** Whoever finds the item cheap, buys readily or has looked around is rather above 0 and takes the offer. */
        private double wish() {
            double cheap = 1 - Math.min(priceVersusUsual(), 2.2);
            return 2.6 * cheap + 16 * (buying - 0.1) + 0.2 * (Math.min(views, 12) - 3);
        }

        private double priceVersusUsual() {
            return averagePrice == null ? 1 : listPrice.doubleValue() / averagePrice.doubleValue();
        }

        private boolean isOnPhone() {
            return device.equals("phone");
        }

        private String keys() {
            return String.format("{\"user_id\":\"%s\",\"item_id\":\"%s\",\"category\":\"%s\"}", user, itemId, category);
        }
    }

    /**
     * @param keys as JSON
     * @param device of the user
     * @param challenger what v8 says of the same; null if it says this itself
     */
    private record Prediction(
            String requestId,
            String version,
            BigDecimal score,
            long timeMillis,
            String keys,
            String device,
            @Nullable BigDecimal challenger) {

        private String id() {
            return requestId + "-" + version;
        }

        private String said() {
            return String.format(
                            ",\"request_id\":\"%s\",\"model\":\"discount\",\"hash\":\"%s\",\"version\":\"%s\",\"score\":%s",
                            requestId, HASH, version, score)
                    + (challenger == null ? "" : ",\"challengers\":{\"v8\":" + challenger + "}");
        }
    }

    Offers(Chance chance) {
        this.chance = chance;
    }

    /** All predictions and outcomes so far, in no particular order. */
    List<Happening> happenings() {
        return List.copyOf(happenings);
    }

    void score(Request request) {
        String id = String.format(Locale.ROOT, "r%05d", ++requests);
        String features = features(request);
        boolean inPercent = request.timeMillis() >= PERCENT_FROM_MILLIS;
        double wish = request.wish();
        Draw draw7 = draw(wish, 40);
        Draw draw8 = draw(request.isOnPhone() ? 0.3 * wish : wish, 90);
        List<Prediction> predictions = List.of(
                predict(request, id, "v7", draw7, draw8.score(), features),
                predict(request, id, "v8", draw8, null, inPercent ? inPercent(features, request) : features));
        boolean otherWayRound = request.isOnPhone() && request.timeMillis() >= CONCEPT_CHANGES_MILLIS;
        boolean isTaken = chance.happens(probability(otherWayRound ? -0.6 * wish : wish));
        if (chance.happens(0.88)) {
            tellOutcomes(request, predictions, isTaken ? 1 : 0);
        }
    }

    private static double probability(double wish) {
        return 1 / (1 + StrictMath.exp(-wish));
    }

    /** What a version makes of a request. */
    private record Draw(BigDecimal score, long latencyMillis, boolean isStale) {}

    private Draw draw(double wish, int usualLatencyMillis) {
        double score = probability(wish + 0.3 * chance.gaussian());
        long latencyMillis = StrictMath.round(usualLatencyMillis * StrictMath.exp(0.5 * chance.gaussian()));
        return new Draw(
                ShopEvents.decimal(Math.min(Math.max(score, 0.001), 0.999), 3), latencyMillis, chance.happens(0.01));
    }

    private Prediction predict(
            Request request,
            String requestId,
            String version,
            Draw draw,
            @Nullable BigDecimal challenger,
            String features) {
        Prediction prediction = new Prediction(
                requestId,
                version,
                draw.score(),
                request.timeMillis() + draw.latencyMillis(),
                request.keys(),
                request.device(),
                challenger);
        String body = String.format(
                Locale.ROOT,
                ",\"id\":\"%s\"%s,\"at\":\"%s\",\"keys\":%s,\"request\":{\"list_price\":%s,"
                        + "\"device\":\"%s\"},\"features\":%s,\"stale\":%s,\"latency_millis\":%d",
                prediction.id(),
                prediction.said(),
                SampleEvent.time(request.timeMillis()),
                prediction.keys(),
                request.listPrice(),
                request.device(),
                features,
                draw.isStale(),
                draw.latencyMillis());
        happenings.add(new Happening(prediction.timeMillis(), 0, request.user(), "prediction", body));
        return prediction;
    }

    /** The model's vector. What comes from windows longer than a visit is from before the stream. */
    private String features(Request request) {
        return String.format(
                Locale.ROOT,
                "{\"viewer.avg_price_30m\":%s,\"viewer.views_30m\":%d,\"viewer.price_trend\":%s,"
                        + "\"shopper.purchases_7d\":%d,%s,\"item.conversion_24h\":%s,\"item.views_5m\":%d,"
                        + "\"viewer_category.views_24h\":%d,\"request.list_price\":%s,\"request.device\":\"%s\","
                        + "\"price_vs_usual\":%s}",
                request.averagePrice(),
                request.views(),
                ShopEvents.decimal(StrictMath.exp(0.2 * chance.gaussian()), 2),
                chance.waitMillis(4),
                conversion(request.buying()),
                ShopEvents.decimal(0.02 * chance.waitMillis(5), 2),
                chance.waitMillis(3),
                request.views() / 3 + chance.waitMillis(4),
                request.listPrice(),
                request.device(),
                ShopEvents.decimal(request.priceVersusUsual(), 2));
    }

    private static String inPercent(String features, Request request) {
        return features.replace(conversion(request.buying()), conversion(100 * request.buying()));
    }

    private static String conversion(double share) {
        return "\"shopper.conversion_24h\":" + ShopEvents.decimal(share, 3);
    }

    /**
     * Mostly within minutes, now and then hours later. Some programs still have the prediction and repeat it; others know
     * its id only. A till whose clock is slow says that it came before the prediction. Goods that are sent back turn it
     * into its opposite.
     */
    private void tellOutcomes(Request request, List<Prediction> predictions, int label) {
        boolean isLate = chance.happens(0.1);
        long delay = isLate
                ? chance.magnitudeBetween(60 * MINUTE_MILLIS, 360 * MINUTE_MILLIS)
                : 1_000 + chance.waitMillis(12 * MINUTE_MILLIS);
        long aheadMillis = chance.happens(0.03) ? -delay - chance.between(0, 5 * MINUTE_MILLIS) : 0;
        long revisedAfter = chance.magnitudeBetween(MINUTE_MILLIS, 120 * MINUTE_MILLIS);
        boolean isRevised = chance.happens(0.05);
        boolean hasPrediction = chance.happens(0.6);
        long time = request.timeMillis() + delay;
        for (Prediction prediction : predictions) {
            tell(time, aheadMillis, request.user(), outcome(prediction, label, hasPrediction));
            if (isRevised) {
                tell(time + revisedAfter, 0, request.user(), outcome(prediction, 1 - label, false));
            }
        }
    }

    private void tell(long time, long aheadMillis, String user, String outcome) {
        happenings.add(new Happening(time, aheadMillis, user, "outcome", outcome));
    }

    private static String outcome(Prediction prediction, int label, boolean hasPrediction) {
        String outcome = ",\"label\":" + label + ",\"prediction\":\"" + prediction.id() + "\"";
        return hasPrediction
                ? outcome + ",\"predicted_at\":\"" + SampleEvent.time(prediction.timeMillis()) + "\""
                        + prediction.said() + ",\"keys\":" + prediction.keys() + ",\"request\":{\"device\":\""
                        + prediction.device() + "\"}"
                : outcome;
    }

    /** The outcome, told only now, of a prediction that was made before the stream begins. */
    static Happening lateOutcome(long timeMillis, String user, long predictedMillis) {
        String keys = "{\"user_id\":\"" + user + "\",\"category\":\"shoes\"}";
        Prediction prediction = new Prediction(
                "r00000-" + user, "v7", ShopEvents.decimal(0.5, 3), predictedMillis, keys, "phone", null);
        return new Happening(timeMillis, 0, user, "outcome", outcome(prediction, 1, true));
    }
}
