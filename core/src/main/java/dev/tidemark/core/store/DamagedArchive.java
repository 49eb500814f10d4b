package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import org.jspecify.annotations.Nullable;

/** The archive is damaged, so the request cannot be answered from it. Never holds payloads. */
public final class DamagedArchive extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String BRING_BACK =
            "If the bucket keeps versions, bring the object back from them; else from a copy.";

    /** What is wrong. */
    public enum Kind {
        /** Records that were archived are in no segment: an object was deleted. */
        GAP,
        /** A listed segment is gone, and no other holds its records. */
        MISSING,
        /** An object that cannot be decoded: truncated, overwritten, or of another format. */
        UNREADABLE,
        /** An object whose content belongs elsewhere: it was moved, renamed or copied. */
        MISPLACED,
        /** Two segments hold different records for the same positions. */
        DISAGREEING,
        /** There are more records than were counted. */
        MISCOUNTED
    }

    /**
     * A hole in a lane.
     *
     * @param after the records before the hole end here
     * @param upTo the hole ends here, inclusive
     * @param records how many are missing
     */
    public record Gap(String laneId, Position after, Position upTo, long records) {}

    private final Kind kind;
    private final String key;
    private final String problem;
    private final String remedy;
    private final transient @Nullable Gap gap;

    private DamagedArchive(
            Kind kind, String key, String problem, String remedy, @Nullable Gap gap, @Nullable Throwable cause) {
        super(problem + " " + remedy, cause);
        this.kind = kind;
        this.key = key;
        this.problem = problem;
        this.remedy = remedy;
        this.gap = gap;
    }

    /** @param key the object that proves the gap: its header says what must be before it; or the lane row's lane */
    public static DamagedArchive gap(Gap gap, String key) {
        String problem = "The archive of lane " + gap.laneId() + " lacks " + gap.records() + " records after position '"
                + gap.after().text() + "' up to '" + gap.upTo().text() + "', as " + key
                + " shows: an object was deleted or renamed.";
        return new DamagedArchive(Kind.GAP, key, problem, BRING_BACK, gap, null);
    }

    public static DamagedArchive missing(String key, @Nullable Throwable cause) {
        return new DamagedArchive(
                Kind.MISSING, key, key + " was listed, but is not there: it was deleted.", BRING_BACK, null, cause);
    }

    /** @param problem what is wrong with the content, in words */
    public static DamagedArchive unreadable(String key, String problem, @Nullable Throwable cause) {
        return new DamagedArchive(
                Kind.UNREADABLE,
                key,
                key + " is damaged: " + problem + ".",
                "It was cut off or changed after it was written. " + BRING_BACK,
                null,
                cause);
    }

    /** @param content what it holds, in words */
    public static DamagedArchive misplaced(String key, String content) {
        return new DamagedArchive(
                Kind.MISPLACED,
                key,
                key + " holds " + content + ": it was renamed, copied or overwritten.",
                "Give it back its name, or bring the right object back from its versions or a copy.",
                null,
                null);
    }

    /** @param other the key of the segment that holds another record there, or none */
    public static DamagedArchive disagreeing(String key, String other, String laneId, Position position) {
        return new DamagedArchive(
                Kind.DISAGREEING,
                key,
                key + " and " + other + " differ at position '" + position.text() + "' of lane " + laneId
                        + ": one of them was changed after it was written.",
                "Compare both with their earlier versions or copies, and bring the right one back.",
                null,
                null);
    }

    /** @param key the object or lane row that counts fewer */
    public static DamagedArchive miscounted(String key, String laneId, Position upTo, long found, long counted) {
        return new DamagedArchive(
                Kind.MISCOUNTED,
                key,
                "The archive of lane " + laneId + " holds " + found + " records up to position '" + upTo.text()
                        + "', but " + key + " counts " + counted + ".",
                "A segment before it, or this one, was changed after it was written, or the tables were edited."
                        + " Compare with earlier versions.",
                null,
                null);
    }

    public Kind kind() {
        return kind;
    }

    /** The object that is damaged or that shows the damage. */
    public String key() {
        return key;
    }

    /** What is wrong, and the possible cause; one sentence. */
    public String problem() {
        return problem;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** The hole; null unless {@link Kind#GAP}. */
    public @Nullable Gap gap() {
        return gap;
    }
}
