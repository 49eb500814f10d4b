package dev.tidemark.samplesevents;

import dev.tidemark.samplesevents.ShopEvents.Happening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Generates the shop's stream, the same bytes for the same seed on every machine: what happened in the shop
 * ({@link ShopEvents}), sent over a network that delays, repeats and spoils.
 *
 * <p>The delays are chosen so that the answers do not depend on the pace of a replay. An event that counts arrives at
 * most six hours late (or five days, in views that keep seven), one that is too late has two hours or days to spare;
 * repeats come within eight minutes, inside any horizon for duplicates.
 */
public final class EventGenerator {

    /** The seed of the files in the repository. */
    public static final long SEED = 42;

    private static final long MINUTE_MILLIS = 60_000L;
    private static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    private final Chance chance;
    private final List<SampleEvent> events = new ArrayList<>();
    private int nextId = 1;

    private EventGenerator(long seed) {
        chance = new Chance(seed);
    }

    /** The shop's stream in order of arrival. */
    public static List<SampleEvent> shop(long seed) {
        return new EventGenerator(seed).generate();
    }

    /**
     * Writes events.jsonl and expected.json of every sample.
     *
     * @param args the folder that holds the sample folders; optionally the seed
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException("wanted: the samplesevents folder, and optionally a seed");
        }
        Path folder = Path.of(args[0]);
        long seed = args.length > 1 ? Long.parseLong(args[1]) : SEED;
        Path shopEvents = folder.resolve(Sample.SHOP.folder()).resolve("events.jsonl");
        Files.writeString(shopEvents, lines(shop(seed)));
        for (Sample sample : Sample.values()) {
            Path sampleFolder = folder.resolve(sample.folder());
            String catalog = Files.readString(sampleFolder.resolve("catalog.yaml"));
            List<SampleEvent> events = Files.readString(sampleFolder.resolve("events.jsonl"))
                    .lines()
                    .map(SampleEvent::parse)
                    .toList();
            Files.writeString(
                    sampleFolder.resolve("expected.json"), new ExpectedAnswers(sample, catalog, events).toJson());
        }
    }

    static String lines(List<SampleEvent> events) {
        return events.stream().map(event -> event.toLine() + "\n").collect(Collectors.joining());
    }

    private List<SampleEvent> generate() {
        List<Happening> happenings = new ArrayList<>(new ShopEvents(chance).run());
        happenings.sort(Comparator.comparingLong(Happening::timeMillis)
                .thenComparing(Happening::user)
                .thenComparing(Happening::type)
                .thenComparing(Happening::body));
        happenings.forEach(this::send);
        sendLateUploads();
        sendFarFuture();
        sendBad();
        events.sort(Comparator.comparingLong(SampleEvent::offsetMillis));
        return List.copyOf(events);
    }

    /** Over the network: soon, or late; and sometimes twice. */
    private void send(Happening happening) {
        String id = nextId();
        long offset = happening.timeMillis() - SampleEvent.START_MILLIS + delayMillis(happening);
        put(offset, happening.user(), payload(id, happening, happening.eventTimeMillis()));
        if (chance.happens(happening.type().equals("outcome") ? 0.06 : 0.015)) {
            sendAgain(id, happening, offset);
        }
    }

    /** As it was; or stamped anew, as some producers do, so that it falls into another tile and often another block. */
    private void sendAgain(String id, Happening happening, long offset) {
        boolean stampedAnew = chance.happens(0.3);
        long later = chance.magnitudeBetween(200, stampedAnew ? 8 * MINUTE_MILLIS : 2 * MINUTE_MILLIS);
        long time = happening.eventTimeMillis() + (stampedAnew ? later : 0);
        put(offset + later, happening.user(), payload(id, happening, time));
    }

    /** What a wrong clock tells comes soon: else it would not show. */
    private long delayMillis(Happening happening) {
        long usual = chance.between(30, 700);
        if (happening.aheadMillis() != 0 || !chance.happens(0.07)) {
            return usual;
        }
        long late = chance.magnitudeBetween(3_000, 6 * HOUR_MILLIS);
        long left = SampleEvent.START_MILLIS + ShopEvents.SPAN_MILLIS - happening.timeMillis();
        return late < left ? late : usual;
    }

    /** Phones that were offline for days: too late for a day's retention, some of them for a week's too. */
    private void sendLateUploads() {
        long[] delaysMillis = {26 * HOUR_MILLIS, 2 * DAY_MILLIS, 3 * DAY_MILLIS, 5 * DAY_MILLIS, 9 * DAY_MILLIS};
        for (int i = 0; i < delaysMillis.length; i++) {
            String user = "user-" + (i + 1);
            long offset = offset();
            long time = SampleEvent.START_MILLIS + offset - delaysMillis[i] - chance.between(0, HOUR_MILLIS);
            String bought = ",\"item\":{\"id\":\"item-00" + (i + 1) + "\",\"category\":\"shoes\"},\"price\":45.50";
            put(offset, user, payload(Happening.of(time, user, "view", bought + ",\"device\":\"phone\"")));
            put(
                    offset + 400,
                    user,
                    payload(Happening.of(
                            time + MINUTE_MILLIS, user, "purchase", bought + ",\"quantity\":1,\"amount\":45.50")));
            long told = SampleEvent.START_MILLIS + offset + 300;
            put(offset + 800, user, payload(Offers.lateOutcome(told, user, time)));
        }
    }

    /** Clocks that are off by a year, or by the week that somebody's battery was empty. */
    private void sendFarFuture() {
        long[] aheadMillis = {365 * DAY_MILLIS, 366 * DAY_MILLIS, 8 * DAY_MILLIS};
        for (long ahead : aheadMillis) {
            long offset = offset();
            put(offset, "user-20", view(SampleEvent.time(SampleEvent.START_MILLIS + offset + ahead), "user-20"));
        }
    }

    /** Each is bad in exactly one way. */
    private void sendBad() {
        for (int i = 0; i < 2; i++) {
            bad("NOT_JSON", data -> data.substring(0, data.length() / 2));
            bad("MISSING_FIELD", data -> data.replaceFirst("\"user_id\":\"[^\"]*\",", ""));
            bad("MISTYPED_FIELD", data -> data.replace("\"price\":19.90", "\"price\":\"19.90\""));
            bad("NO_EVENT_TIME", data -> data.replaceFirst("\"ts\":\"[^\"]*\",", ""));
        }
        bad("NOT_JSON", data -> "ping");
        bad("NOT_JSON", data -> "[" + data + "]");
        bad("MISSING_FIELD", data -> data.replace("\"price\":19.90", "\"price\":null"));
        bad("MISTYPED_FIELD", data -> data.replaceFirst("\"user_id\":\"[^\"]*\"", "\"user_id\":true"));
        bad("VALUE_OUT_OF_BOUNDS", data -> data.replace("\"price\":19.90", "\"price\":1e400"));
        bad("NO_EVENT_TIME", data -> data.replaceFirst("\"ts\":\"[^\"]*\"", "\"ts\":\"yesterday\""));
        bad("no view wants it", data -> data.replace("\"type\":\"view\",", ""));
        bad("TOO_LARGE", data -> data.replace("\"device\"", "\"note\":\"" + "z".repeat(4_096) + "\",\"device\""));
        bad("FILTER_FAILED", data -> prediction(data, "\"high\""));
        bad("MISTYPED_FIELD", data -> outcome(data, "0.5", "\"taken\"", "$1"));
        bad("VALUE_OUT_OF_BOUNDS", data -> outcome(data, "1.7", "1", "$1"));
        bad("NO_EVENT_TIME", data -> outcome(data, "0.5", "1", "\"soon\""));
    }

    private static String prediction(String data, String score) {
        return instead(
                data,
                "prediction",
                "\"id\":\"bad\",\"version\":\"v7\",\"score\":" + score + ",\"keys\":{\"user_id\":\"user-1\"},"
                        + "\"request\":{\"device\":\"phone\"},\"latency_millis\":40");
    }

    private static String outcome(String data, String score, String label, String predictedAt) {
        return instead(
                data,
                "outcome",
                "\"label\":" + label + ",\"prediction\":\"bad\",\"predicted_at\":" + predictedAt
                        + ",\"version\":\"v7\",\"score\":" + score
                        + ",\"keys\":{\"category\":\"hats\"},\"request\":{\"device\":\"phone\"}");
    }

    /** An event of another type at the same time, with other members; {@code $1} is that time. */
    private static String instead(String data, String type, String members) {
        return data.replaceFirst(
                "\"view\",\"ts\":(\"[^\"]*\").*", "\"" + type + "\",\"ts\":$1,\"model\":\"discount\"," + members + "}");
    }

    /** @param reason what the quarantine should say, for the reader of this code */
    private void bad(String reason, Spoiler spoiler) {
        long offset = offset();
        String user = "user-" + (1 + chance.below(30));
        String good = view(SampleEvent.time(SampleEvent.START_MILLIS + offset - 250), user);
        String spoiled = spoiler.spoil(good);
        if (spoiled.equals(good)) {
            throw new IllegalStateException("nothing is bad about the event for " + reason);
        }
        put(offset, user, spoiled);
    }

    private interface Spoiler {
        String spoil(String data);
    }

    /** Some moment in the middle of the stream, so that event times before it lie in the stream too. */
    private long offset() {
        return chance.between(HOUR_MILLIS, ShopEvents.SPAN_MILLIS - HOUR_MILLIS);
    }

    private String view(String time, String user) {
        String body = ",\"item\":{\"id\":\"item-010\",\"category\":\"hats\"},\"price\":19.90,\"device\":\"phone\"";
        return payload(nextId(), Happening.of(0, user, "view", body), time);
    }

    private String payload(Happening happening) {
        return payload(nextId(), happening, happening.eventTimeMillis());
    }

    private String nextId() {
        return String.format(Locale.ROOT, "e%06d", nextId++);
    }

    private static String payload(String id, Happening happening, long timeMillis) {
        return payload(id, happening, SampleEvent.time(timeMillis));
    }

    private static String payload(String id, Happening happening, String time) {
        return "{\"event_id\":\"" + id + "\",\"type\":\"" + happening.type() + "\",\"ts\":\"" + time + "\""
                + happening.body() + "}";
    }

    private void put(long offset, String user, String data) {
        events.add(new SampleEvent(offset, user, data));
    }
}
