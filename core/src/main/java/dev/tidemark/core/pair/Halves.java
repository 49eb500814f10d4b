package dev.tidemark.core.pair;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.CorruptItem;
import dev.tidemark.core.tile.SeenIds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one lane remembers of one key of a view's pairs, and what each half makes of it (rules J1 and J2): the body of the item
 * that {@link dev.tidemark.core.tile.ItemKey#pair} names.
 *
 * <p>A left counts unless another left arrived at most the {@linkplain Terms#reachMillis reach} before or after it. A right
 * belongs to the left that counts and whose time it fits, of which there is at most one; it is that left's choice if it is
 * the first, or the last by event time. A left that counts chooses among the rights that wait.
 *
 * <p>Halves are forgotten by the running maximum of the arrivals of all that were folded here, before every half: never by a
 * clock and never when the item is stored. A key that remembers as many as it may takes no further one. Each half comes with
 * what it did when it was folded, so that every later version of the item tells the same of it.
 *
 * <p>Mutable, not thread-safe.
 */
public final class Halves {

    /** The first byte of every body; docs/format.md describes it. */
    public static final int FORMAT_VERSION = 1;

    /** How far out of order a record may arrive and still meet what it belongs to. */
    public static final long REGRESS_MILLIS = 60_000;

    /** How much longer than the reach a half is remembered at most, but for {@link #REGRESS_MILLIS}. */
    public static final long MOST_SLACK_MILLIS = 6 * 3_600_000L;

    private static final int OWNER_BYTES = 8;
    private static final int FREE = 8;
    private static final byte[] NOTHING = {};
    private static final Hasher64 OWNERS = Hashing.xxh3_64(5);

    private final List<Entry> entries = new ArrayList<>();
    private long maxArrivalMillis = Long.MIN_VALUE;

    /** Which of a left's rights is its choice. */
    public enum Match {
        /** The one that came first. */
        FIRST,
        /** The last by event time; of equal ones the one that came last. */
        LAST
    }

    /**
     * Which halves belong together.
     *
     * @param earlyMillis how long before its left a right may happen
     * @param withinMillis how long after it
     * @param retentionMillis how late a half may arrive
     * @param maxHalves how many of a key are remembered at most
     */
    public record Terms(Match match, long earlyMillis, long withinMillis, long retentionMillis, int maxHalves) {

        public Terms {
            if (earlyMillis < 0 || withinMillis < 0 || retentionMillis < 0 || maxHalves < 1) {
                throw new IllegalArgumentException("early " + earlyMillis + " ms, within " + withinMillis
                        + " ms, retention " + retentionMillis + " ms, " + maxHalves + " halves");
            }
        }

        /** At most so far apart arrive a left and a right that fits it. */
        public long reachMillis() {
            return earlyMillis + withinMillis + retentionMillis;
        }

        /** How much longer than the reach a half is kept: a checkpoint that takes longer is given up (rule J3). */
        long slackMillis() {
            return REGRESS_MILLIS + Math.min(reachMillis(), MOST_SLACK_MILLIS);
        }

        /** How long after its arrival a half is kept, measured in arrivals. */
        public long keptMillis() {
            return reachMillis() + slackMillis();
        }

        /**
         * J4: what happens at a half hangs on those that arrived at most twice the reach before it. The lane's latest arrival,
         * before and now, may be later than theirs by what arrivals go back.
         */
        public long warmUpMillis() {
            return 2 * (reachMillis() + REGRESS_MILLIS);
        }

        private boolean fit(Entry left, Entry right) {
            return right.timeMillis >= left.timeMillis - earlyMillis
                    && right.timeMillis <= left.timeMillis + withinMillis;
        }

        private boolean areNear(Entry one, Entry other) {
            return Math.abs(one.arrivalMillis - other.arrivalMillis) <= reachMillis();
        }
    }

    /**
     * An event as one half of a pair.
     *
     * @param owner see {@link #owner}
     * @param timeMillis its event time, not after its arrival
     * @param fields see {@link HalfFields}
     */
    @SuppressWarnings("ArrayRecordComponent") // Bytes on their way into an item; never compared.
    public record Half(boolean isLeft, long owner, long arrivalMillis, long timeMillis, byte[] fields) {}

    /** What a half met when it was folded. The order is that of docs/format.md. */
    public enum Fate {
        /** A left that counts. */
        LEFT,
        /** A left of which another arrived at most the reach before. */
        DUPLICATE,
        /** A right that is its left's new choice. */
        PAIRED,
        /** A right that fits a left, which keeps its choice. */
        SUPERSEDED,
        /** A right that fits none of the lefts that arrived at most the reach before. */
        OUTCOME_LATE,
        /** A right of which no left is known yet. */
        WAITING,
        /** The key remembers as many halves as it may. */
        OVERFLOW;

        private static final List<Fate> STORED = List.of(LEFT, DUPLICATE, PAIRED, SUPERSEDED, OUTCOME_LATE, WAITING);
    }

    /** A left that counts with one of its rights. */
    @SuppressWarnings("ArrayRecordComponent") // The fields of the halves; never compared.
    public record Pair(long leftMillis, byte[] left, long rightMillis, byte[] right) {}

    /**
     * What became of a half.
     *
     * @param taken how many rights that had waited fit it
     * @param takenBack the pair that counts no more
     * @param added the pair that counts from now on
     */
    public record Told(
            Fate fate,
            int taken,
            @Nullable Pair takenBack,
            @Nullable Pair added) {

        private static final Told OVERFLOW = new Told(Fate.OVERFLOW, 0, null, null);
    }

    private static final class Entry {

        private final long owner;
        private final long arrivalMillis;
        private final long timeMillis;
        private byte[] fields;
        private Fate fate;

        /** Of a right: it waits. */
        private boolean isFree;

        /** Of a left that counts: how many rights had waited for it. */
        private int taken;

        /** Of a left that counts: its choices so far, the last of which is the present one. */
        private final List<Entry> chosen = new ArrayList<>(1);

        /** Whether a record needs it that may not be done; known only to the caller, not stored. */
        private boolean isUnsettled;

        Entry(long owner, long arrivalMillis, long timeMillis, Fate fate, byte[] fields) {
            this.owner = owner;
            this.arrivalMillis = arrivalMillis;
            this.timeMillis = timeMillis;
            this.fate = fate;
            this.fields = fields;
        }

        boolean isLeft() {
            return fate == Fate.LEFT || fate == Fate.DUPLICATE;
        }

        boolean counts() {
            return fate == Fate.LEFT;
        }

        @Nullable
        Entry choice() {
            return chosen.isEmpty() ? null : chosen.get(chosen.size() - 1);
        }
    }

    /** A half's name in every item that remembers it: a hash of the lane and position where it was folded. */
    public static long owner(String laneId, Position position) {
        return OWNERS.hashCharsToLong(laneId + " " + position.sequenceNumber())
                + SeenIds.OWNER_STEP * position.subsequence();
    }

    /**
     * J2: what a lane's item begins with.
     *
     * @param ancestors what the lane's ancestors remember of the key, in the order of their lanes' ids; not changed. An
     *     ancestor's ancestors may be among them
     */
    public static Halves adopt(List<Halves> ancestors, Terms terms) {
        Halves born = new Halves();
        ancestors.forEach(one -> born.maxArrivalMillis = Math.max(born.maxArrivalMillis, one.maxArrivalMillis));
        long oldestMillis = born.maxArrivalMillis - terms.keptMillis();
        Map<Long, Entry> known = new LinkedHashMap<>();
        for (Halves ancestor : ancestors) {
            for (Entry entry : ancestor.entries) {
                if (entry.arrivalMillis >= oldestMillis) {
                    Entry mine = known.computeIfAbsent(entry.owner, unknown -> copy(entry));
                    mine.isFree &= entry.isFree;
                    mine.fate = mine.fate == Fate.LEFT ? entry.fate : mine.fate;
                }
            }
        }
        for (Halves ancestor : ancestors) {
            ancestor.entries.forEach(left -> adoptChosen(left, known));
        }
        born.entries.addAll(known.values());
        born.entries.sort(Comparator.comparingLong(entry -> entry.arrivalMillis));
        born.endNearLefts(terms);
        return born;
    }

    private static void adoptChosen(Entry left, Map<Long, Entry> known) {
        Entry mine = known.get(left.owner);
        for (Entry right : left.chosen) {
            Entry chosen = known.get(right.owner);
            if (mine != null && chosen != null && !mine.chosen.contains(chosen)) {
                mine.chosen.add(chosen);
            }
        }
    }

    private static Entry copy(Entry entry) {
        Entry copy = new Entry(entry.owner, entry.arrivalMillis, entry.timeMillis, entry.fate, entry.fields);
        copy.isFree = entry.isFree;
        copy.taken = entry.taken;
        return copy;
    }

    /** Of two lefts that counted in different lanes, but are one here, the earlier goes on. */
    private void endNearLefts(Terms terms) {
        for (int i = 0; i < entries.size(); i++) {
            Entry left = entries.get(i);
            boolean isNear = left.counts()
                    && entries.subList(0, i).stream()
                            .anyMatch(before -> before.counts() && terms.areNear(before, left));
            if (isNear || left.fate == Fate.DUPLICATE) {
                left.fate = Fate.DUPLICATE;
                left.fields = NOTHING;
                left.chosen.clear();
            }
        }
    }

    /**
     * Folds a half that was not folded here before. Call once per half, in lane order.
     *
     * @return null if nothing changed, because a half would be forgotten that is not settled
     */
    public @Nullable Told fold(Half half, Terms terms) {
        long oldestMillis = Math.max(maxArrivalMillis, half.arrivalMillis()) - terms.keptMillis();
        return entries.stream().anyMatch(entry -> entry.isUnsettled && entry.arrivalMillis < oldestMillis)
                ? null
                : foldSettled(half, terms);
    }

    /** As {@link #fold} if all halves before this one are settled. */
    public Told foldSettled(Half half, Terms terms) {
        maxArrivalMillis = Math.max(maxArrivalMillis, half.arrivalMillis());
        forget(maxArrivalMillis - terms.keptMillis());
        if (entries.size() >= terms.maxHalves()) {
            return Told.OVERFLOW;
        }
        Entry entry = new Entry(
                half.owner(),
                half.arrivalMillis(),
                half.timeMillis(),
                half.isLeft() ? Fate.LEFT : Fate.WAITING,
                half.fields());
        if (half.isLeft()) {
            addLeft(entry, terms);
        } else {
            addRight(entry, terms);
        }
        return tell(entry);
    }

    private void addLeft(Entry left, Terms terms) {
        boolean isDuplicate = entries.stream().anyMatch(known -> known.isLeft() && terms.areNear(known, left));
        if (isDuplicate) {
            left.fate = Fate.DUPLICATE;
            left.fields = NOTHING;
        } else {
            for (Entry right : entries) {
                if (right.isFree && terms.fit(left, right)) {
                    right.isFree = false;
                    left.taken++;
                    choose(left, right, terms.match());
                }
            }
            // What it chose only among the waiting was never a pair.
            left.chosen.subList(0, Math.max(0, left.chosen.size() - 1)).clear();
        }
        entries.add(left);
    }

    private void addRight(Entry right, Terms terms) {
        Entry left = null;
        boolean isLeftKnown = false;
        for (Entry known : entries) {
            if (known.counts()) {
                left = left == null && terms.fit(known, right) ? known : left;
                isLeftKnown |= terms.areNear(known, right);
            }
        }
        if (left != null) {
            right.fate = choose(left, right, terms.match()) ? Fate.PAIRED : Fate.SUPERSEDED;
        } else {
            right.fate = isLeftKnown ? Fate.OUTCOME_LATE : Fate.WAITING;
            right.isFree = true;
        }
        right.fields = right.fate == Fate.SUPERSEDED ? NOTHING : right.fields;
        entries.add(right);
    }

    private static boolean choose(Entry left, Entry right, Match match) {
        Entry choice = left.choice();
        boolean isBetter = choice == null || (match == Match.LAST && right.timeMillis >= choice.timeMillis);
        if (isBetter) {
            left.chosen.add(right);
        }
        return isBetter;
    }

    private void forget(long oldestMillis) {
        if (entries.removeIf(entry -> entry.arrivalMillis < oldestMillis)) {
            for (Entry left : entries) {
                // Also what was chosen before it: nobody may take that for the choice that came before another.
                for (int i = left.chosen.size() - 1; i >= 0; i--) {
                    if (left.chosen.get(i).arrivalMillis < oldestMillis) {
                        left.chosen.subList(0, i + 1).clear();
                        break;
                    }
                }
            }
        }
    }

    /**
     * What a half did that was folded here before. If it is not remembered, it overflowed, or what it did is done. What it
     * needs must not be forgotten from now on: the caller only asks about halves that it has not settled.
     */
    public Told told(long owner) {
        return entries.stream()
                .filter(entry -> entry.owner == owner)
                .findFirst()
                .map(this::tell)
                .orElse(Told.OVERFLOW);
    }

    private Told tell(Entry entry) {
        entry.isUnsettled = true;
        if (entry.fate == Fate.LEFT) {
            Entry choice = entry.chosen.isEmpty() ? null : entry.chosen.get(0);
            Pair waited =
                    choice == null || entries.indexOf(choice) > entries.indexOf(entry) ? null : pair(entry, choice);
            return new Told(entry.fate, entry.taken, null, waited);
        }
        if (entry.fate == Fate.PAIRED) {
            for (Entry left : entries) {
                int place = left.chosen.indexOf(entry);
                if (place >= 0) {
                    Pair before = place == 0 ? null : pair(left, left.chosen.get(place - 1));
                    return new Told(entry.fate, 0, before, pair(left, entry));
                }
            }
        }
        return new Told(entry.fate, 0, null, null);
    }

    private static Pair pair(Entry left, Entry right) {
        left.isUnsettled = true;
        right.isUnsettled = true;
        return new Pair(left.timeMillis, left.fields, right.timeMillis, right.fields);
    }

    /** How many halves are remembered. */
    public int size() {
        return entries.size();
    }

    /** The latest arrival of all halves folded here; {@link Long#MIN_VALUE} before the first. */
    public long maxArrivalMillis() {
        return maxArrivalMillis;
    }

    /**
     * J3: nothing is forgotten that a half needs which arrived at this moment or later.
     *
     * @param body what {@link #encode} wrote
     */
    public static long answersSinceMillis(byte[] body) {
        ByteReader in = header(body);
        long latestMillis = in.readVarint();
        return latestMillis - in.readVarint();
    }

    /** The canonical bytes: the same halves folded give the same bytes. */
    public byte[] encode(Terms terms) {
        ByteWriter out = new ByteWriter(32 + 48 * entries.size());
        out.writeByte(FORMAT_VERSION);
        out.writeVarint(maxArrivalMillis);
        out.writeVarint(terms.slackMillis());
        out.writeVarint(entries.size());
        entries.forEach(entry -> encode(entry, out));
        return out.toByteArray();
    }

    private void encode(Entry entry, ByteWriter out) {
        out.writeByte(Fate.STORED.indexOf(entry.fate) | (entry.isFree ? FREE : 0));
        out.writeVarint(maxArrivalMillis - entry.arrivalMillis);
        out.writeVarint(entry.arrivalMillis - entry.timeMillis);
        out.writeLong(entry.owner);
        if (entry.fate == Fate.LEFT) {
            out.writeVarint(entry.taken);
            out.writeVarint(entry.chosen.size());
            entry.chosen.forEach(right -> out.writeVarint(entries.indexOf(right)));
        }
        out.writeBytes(entry.fields);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param body not changed, not kept
     * @throws CorruptItem if the bytes are not what a fold writes
     */
    public static Halves decode(byte[] body) {
        try {
            return read(header(body));
        } catch (CorruptItem e) {
            throw e;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptItem("the halves of " + body.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }

    private static ByteReader header(byte[] body) {
        ByteReader in = new ByteReader(body);
        int version = in.readByte();
        if (version != FORMAT_VERSION) {
            throw new CorruptItem(
                    "format version " + version + " of halves; this release reads version " + FORMAT_VERSION);
        }
        return in;
    }

    private static Halves read(ByteReader in) {
        Halves halves = new Halves();
        halves.maxArrivalMillis = in.readVarint();
        in.readVarint();
        int size = in.readCount(in.remaining() / (OWNER_BYTES + 4));
        List<int[]> choices = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            halves.entries.add(readEntry(in, halves.maxArrivalMillis, choices));
        }
        for (int i = 0; i < size; i++) {
            for (int place : choices.get(i)) {
                halves.entries.get(i).chosen.add(halves.entries.get(place));
            }
        }
        if (in.hasRemaining()) {
            throw new CorruptItem(in.remaining() + " bytes follow the end of the halves");
        }
        return halves;
    }

    private static Entry readEntry(ByteReader in, long maxArrivalMillis, List<int[]> choices) {
        int head = in.readByte();
        Fate fate = Fate.STORED.get(head & FREE - 1);
        long arrivalMillis = maxArrivalMillis - in.readVarint();
        long timeMillis = arrivalMillis - in.readVarint();
        long owner = in.readLong();
        int taken = fate == Fate.LEFT ? in.readCount(Integer.MAX_VALUE) : 0;
        int[] chosen = new int[fate == Fate.LEFT ? in.readCount(in.remaining()) : 0];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = in.readCount(Integer.MAX_VALUE);
        }
        choices.add(chosen);
        Entry entry = new Entry(owner, arrivalMillis, timeMillis, fate, in.readBytes());
        entry.isFree = (head & FREE) != 0;
        entry.taken = taken;
        return entry;
    }

    /** The most bytes that one half takes. */
    public static int maxHalfBytes(Terms terms, int maxFieldsBytes) {
        int distances = ByteWriter.varintBytes(Long.MIN_VALUE) + ByteWriter.varintBytes(terms.retentionMillis());
        int roles = 4 * ByteWriter.varintBytes(terms.maxHalves());
        return 1 + distances + OWNER_BYTES + roles + ByteWriter.varintBytes(maxFieldsBytes) + maxFieldsBytes;
    }

    /** The most bytes of what stands before the halves. */
    public static int maxHeadBytes(Terms terms) {
        return 1
                + ByteWriter.varintBytes(Long.MIN_VALUE)
                + ByteWriter.varintBytes(terms.slackMillis())
                + ByteWriter.varintBytes(terms.maxHalves());
    }
}
