package dev.tidemark.simulation.world;

import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * What a seed decides before anything happens: code, stream, and what producers send when. Faults do not change it, so
 * that a trace can be shortened by leaving records out.
 *
 * @param before the code that is deployed first
 * @param after the code that replaces it; the same if nothing is rolled out
 * @param shards how many the stream begins with
 * @param sent in order of time
 * @param outageAtMillis when an outage of the mapping begins
 * @param outageMillis how long it lasts; 0 for none. Nothing is sent meanwhile
 * @param endMillis when producers end
 * @param mostReshards how often shards are split or merged at most, if they are at all
 * @param heads how large the heads of all code become
 */
public record Plan(
        Code before,
        Code after,
        int shards,
        List<Sent> sent,
        long outageAtMillis,
        long outageMillis,
        long endMillis,
        int mostReshards,
        HeadSize heads) {

    private static final int USUAL_RESHARDS = 5;
    private static final int MANY_RESHARDS = 12;

    private static final int FEWEST_RECORDS = 30;
    private static final int MOST_RECORDS = 120;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long MOST_OUTAGE_HOURS = 90;
    private static final long PACKERS = 0x5EA1ED;
    private static final long HEADS = 0x4EAD5;
    private static final long PAIRS = 0x9A125;
    private static final int WITHOUT_HEADS_PER_CENT = 12;

    /** In these runs heads expire: an outage lasts longer than anybody can ask for their tiles. */
    private static final int FORGETTING_PER_CENT = 8;

    private static final long FEWEST_FORGETTING_HOURS = 29;
    private static final long MOST_SILENT_HOURS = 20;

    private static final int MOST_CROWDED = 100;

    public Plan {
        before = before.withHeads(heads);
        after = after.withHeads(heads);
    }

    /** An event as its producer sends it. */
    @SuppressWarnings("ArrayRecordComponent") // A payload; never compared.
    public record UserRecord(String partitionKey, byte[] data) {}

    /**
     * A record as it goes into the stream.
     *
     * @param number which one this is, from 0
     * @param atMillis when, after the beginning
     * @param behindMillis how far its arrival time lies behind that
     * @param events one; or several, packed into the record
     */
    public record Sent(int number, long atMillis, long behindMillis, List<UserRecord> events) {

        boolean isAggregated() {
            return events.size() > 1;
        }

        /** Without the events that no line can hold, and of one key: a record of lines has one for all of them. */
        Sent ofLines() {
            List<UserRecord> lines = events.stream()
                    .filter(event -> isLine(event.data()))
                    .filter(event -> event.partitionKey().equals(events.get(0).partitionKey()))
                    .toList();
            return new Sent(number, atMillis, behindMillis, lines);
        }

        private static boolean isLine(byte[] data) {
            String text = new String(data, StandardCharsets.ISO_8859_1);
            return !text.isBlank() && !text.contains("\n") && !text.endsWith("\r");
        }
    }

    /**
     * How long nothing is delivered. If heads expire, all that was sent before the outage is delivered before they do:
     * rule U5 counts on what the stream's retention says.
     */
    long silenceMillis() {
        return before.forgetsHeads() || after.forgetsHeads()
                ? Math.min(outageMillis, MOST_SILENT_HOURS * HOUR_MILLIS)
                : outageMillis;
    }

    public static Plan draw(long seed, Engine engine) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Code> library = Code.library();
        // Dice of their own: what else a seed decides is older than this dial, and stays as it was.
        SplittableRandom packers = new SplittableRandom(seed ^ PACKERS);
        SplittableRandom heads = new SplittableRandom(seed ^ HEADS);
        boolean isForgetting = heads.nextInt(100) < FORGETTING_PER_CENT;
        boolean hasPairs = engine.strikes(new SplittableRandom(seed ^ PAIRS), Dial.OUTCOMES) && !isForgetting;
        List<Code> codes = isForgetting
                ? library.stream()
                        .filter(code -> code.forgetsHeads() && !code.dropsDuplicates())
                        .toList()
                : library;
        Code before = paired(hasPairs, headed(heads, packed(engine, packers, codes.get(random.nextInt(codes.size())))));
        Code other = paired(hasPairs, headed(heads, packed(engine, packers, codes.get(random.nextInt(codes.size())))));
        Code after = engine.strikes(random, Dial.ROLLING) ? other : before;
        int shards = 1 + random.nextInt(3);
        int users = 1 + random.nextInt(5);
        int records = FEWEST_RECORDS + random.nextInt(MOST_RECORDS - FEWEST_RECORDS + 1);
        long spanMillis = 30_000 + random.nextLong(1_800_000);
        long outageAtMillis = random.nextLong(spanMillis);
        long anyHours = 1 + random.nextLong(MOST_OUTAGE_HOURS);
        // Beyond the retention that the catalog states, views that remember promise nothing.
        boolean isBounded = before.remembers() || after.remembers();
        long hours = isBounded ? 1 : anyHours;
        boolean isOutage = engine.strikes(random, Dial.OUTAGE);
        long outageMillis = isForgetting
                ? (FEWEST_FORGETTING_HOURS + anyHours / 2) * HOUR_MILLIS
                : isOutage ? hours * HOUR_MILLIS : 0;
        LongUnaryOperator delay = millis -> millis > outageAtMillis ? millis + outageMillis : millis;
        List<Sent> sent = records(seed, engine, records, users, spanMillis, delay);
        return new Plan(
                before,
                after,
                shards,
                sent,
                outageAtMillis,
                outageMillis,
                spanMillis + outageMillis,
                USUAL_RESHARDS,
                HeadSize.draw(heads));
    }

    private static Code headed(SplittableRandom heads, Code code) {
        return heads.nextInt(100) < WITHOUT_HEADS_PER_CENT ? code.withoutHeads() : code;
    }

    private static Code paired(boolean hasPairs, Code code) {
        return hasPairs ? code.withPairs() : code;
    }

    private static Code packed(Engine engine, SplittableRandom packers, Code code) {
        return engine.strikes(packers, Dial.ANY_PACKER) ? code.ofAnyPacker() : code;
    }

    /** Each record is drawn from a source of its own, so that it does not depend on the others. */
    private static List<Sent> records(
            long seed, Engine engine, int records, int users, long spanMillis, LongUnaryOperator delay) {
        List<Sent> sent = new ArrayList<>();
        for (int number = 0; number < records; number++) {
            SplittableRandom random = new SplittableRandom(seed * 1_000 + number);
            long atMillis = delay.applyAsLong(random.nextLong(spanMillis));
            long behindMillis = engine.strikes(random, Dial.REGRESSING_ARRIVAL) ? random.nextLong(60_000) : 0;
            EventText events = new EventText(engine, random, users);
            boolean aggregated = engine.strikes(random, Dial.AGGREGATED);
            boolean ofSeveralShards = engine.strikes(random, Dial.WRONG_SHARD) && aggregated;
            boolean repeats = engine.strikes(random, Dial.PRODUCER_DUPLICATE);
            int few = 2 + random.nextInt(3);
            SplittableRandom aside = new SplittableRandom(~(seed * 1_000 + number));
            int size = engine.strikes(aside, Dial.CROWDED) && aggregated ? 20 + aside.nextInt(MOST_CROWDED) : few;
            boolean isOverfull = aggregated && engine.strikes(aside, Dial.OVERFULL);
            List<UserRecord> packed = new ArrayList<>();
            String key = events.user();
            for (int i = 0; i < (aggregated ? size : 1); i++) {
                String user = i == 0 || !ofSeveralShards ? key : events.user();
                String id = "e" + number + "-" + i;
                packed.add(new UserRecord(user, events.draw(id, user, engine.nowMillis() + atMillis - behindMillis)));
            }
            if (isOverfull) {
                fill(packed);
            }
            sent.add(new Sent(number, atMillis, behindMillis, List.copyOf(packed)));
            long againMillis = Math.min(
                    atMillis + (random.nextBoolean() ? random.nextLong(1_200_000) : random.nextLong(40_000)),
                    delay.applyAsLong(spanMillis));
            boolean stampedAnew = random.nextInt(3) == 0;
            if (repeats) {
                long newTime = engine.nowMillis() + againMillis;
                List<UserRecord> copies = packed.stream()
                        .map(event -> stampedAnew
                                ? new UserRecord(event.partitionKey(), EventText.stampedAnew(event.data(), newTime))
                                : event)
                        .toList();
                sent.add(new Sent(number, againMillis, 0, copies));
            }
        }
        sent.sort(Comparator.comparingLong(Sent::atMillis).thenComparing(Sent::number));
        return List.copyOf(sent);
    }

    /** Puts what nobody can fold before the last event, which then is one too many. */
    private static void fill(List<UserRecord> packed) {
        UserRecord last = packed.remove(packed.size() - 1);
        UserRecord empty = new UserRecord(last.partitionKey(), new byte[0]);
        packed.addAll(Collections.nCopies(KplRecords.MAX_RECORDS - packed.size(), empty));
        packed.add(last);
    }

    /**
     * The same, but for code and reshards: what comes later has each view of the first in another version, often one that
     * drops duplicates, and there may be many reshards. Without a change if the outage is longer than the stream is said to
     * keep records.
     */
    public Plan withOtherVersions(RandomGenerator dice) {
        if (outageMillis > HOUR_MILLIS) {
            return this;
        }
        List<Code> dropping =
                Code.library().stream().filter(Code::dropsDuplicates).toList();
        Code any = dropping.get(dice.nextInt(dropping.size()));
        Code first = dice.nextBoolean() ? any : before;
        return new Plan(
                first,
                first.ofOtherPacker(),
                shards,
                sent,
                outageAtMillis,
                outageMillis,
                endMillis,
                MANY_RESHARDS,
                heads);
    }

    /** The same, but what comes later has views of pairs too. */
    public Plan withStartedPairs() {
        return outageMillis > HOUR_MILLIS
                ? this
                : new Plan(
                        before,
                        before.withPairs(),
                        shards,
                        sent,
                        outageAtMillis,
                        outageMillis,
                        endMillis,
                        mostReshards,
                        heads);
    }

    /** The same events, packed as lines by all their producers. A record that holds more than one may is left out. */
    public Plan ofLines() {
        return new Plan(
                before.ofLines(),
                after.ofLines(),
                shards,
                sent.stream()
                        .filter(one -> one.events().size() <= KplRecords.MAX_RECORDS)
                        .map(Sent::ofLines)
                        .filter(one -> !one.events().isEmpty())
                        .toList(),
                outageAtMillis,
                outageMillis,
                endMillis,
                mostReshards,
                heads);
    }

    boolean isOfLines() {
        return before.isOfLines();
    }

    /** The same without some of the records. */
    public Plan with(List<Sent> fewer) {
        return new Plan(
                before,
                after,
                shards,
                List.copyOf(fewer),
                outageAtMillis,
                outageMillis,
                endMillis,
                mostReshards,
                heads);
    }
}
