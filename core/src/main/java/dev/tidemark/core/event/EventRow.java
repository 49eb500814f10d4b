package dev.tidemark.core.event;

import dev.tidemark.core.stream.Position;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one event that the views of its source need, by slot number. Mutable and reused so that reading a
 * record allocates little: a reader fills it, the fold reads it, and nothing keeps it beyond the batch.
 *
 * <p>A small decimal (at most 18 significant digits) is held as {@code unscaled * 10^-scale} in primitives; larger
 * numbers as {@link BigDecimal}. JSON {@code null} and a missing member are both {@link Kind#ABSENT}.
 */
public final class EventRow {

    /** What a slot holds. */
    public enum Kind {
        ABSENT,
        NUMBER,
        BIG_NUMBER,
        STRING,
        BOOLEAN,
        /** An object or array where a scalar is wanted. */
        COMPOUND,
        /** A scalar that is there but cannot be used: see {@link #flaw}. */
        FLAWED,
        /** Any number of scalars: see {@link #elements}. */
        LIST
    }

    /** Of a number that is held in primitives. */
    private static final int MAX_SMALL_DIGITS = 18;

    private final Kind[] kinds;
    private final long[] unscaled;
    private final int[] scales;
    private final @Nullable Object[] objects;

    /** Where the texts are that nobody has asked for yet. */
    private byte[] data = {};

    /** Elements of lists that are being read, by slot; null as long as there are none. */
    private @Nullable Map<Integer, List<EventRow>> lists;

    private long eventTimeMillis;
    private long arrivalMillis;
    private Position position = Position.ORIGIN;
    private String shardId = "";
    private boolean takenBack;

    public EventRow(int slots) {
        kinds = new Kind[slots];
        unscaled = new long[slots];
        scales = new int[slots];
        objects = new Object[slots];
        clear();
    }

    public int slots() {
        return kinds.length;
    }

    /** Makes every slot absent, and the event one that is added. */
    public void clear() {
        takenBack = false;
        Arrays.fill(kinds, Kind.ABSENT);
        Arrays.fill(objects, null);
    }

    public void setAbsent(int slot) {
        kinds[slot] = Kind.ABSENT;
    }

    public void setNumber(int slot, long unscaledValue, int scale) {
        kinds[slot] = Kind.NUMBER;
        unscaled[slot] = unscaledValue;
        scales[slot] = scale;
    }

    public void setBigNumber(int slot, BigDecimal value) {
        kinds[slot] = Kind.BIG_NUMBER;
        objects[slot] = value;
    }

    /** Sets a number of whichever kind holds it; it is within the {@link Bounds}. */
    public void setDecimal(int slot, BigDecimal value) {
        if (value.precision() <= MAX_SMALL_DIGITS) {
            setNumber(slot, value.unscaledValue().longValue(), value.scale());
        } else {
            setBigNumber(slot, value);
        }
    }

    public void setString(int slot, String value) {
        kinds[slot] = Kind.STRING;
        objects[slot] = value;
    }

    /**
     * Sets a string that becomes one when somebody asks for it.
     *
     * @param bytes the record, which nobody may change; one for all slots
     * @param from where the string's well-formed UTF-8 begins, before {@code to}
     */
    void setText(int slot, byte[] bytes, int from, int to) {
        kinds[slot] = Kind.STRING;
        objects[slot] = null;
        unscaled[slot] = from;
        scales[slot] = to - from;
        data = bytes;
    }

    public void setBoolean(int slot, boolean value) {
        kinds[slot] = Kind.BOOLEAN;
        unscaled[slot] = value ? 1 : 0;
    }

    public void setCompound(int slot) {
        kinds[slot] = Kind.COMPOUND;
    }

    public void setFlawed(int slot, Flaw flaw) {
        kinds[slot] = Kind.FLAWED;
        objects[slot] = flaw;
    }

    /** @param elements rows of one slot each, with a scalar in it */
    void setList(int slot, List<EventRow> elements) {
        kinds[slot] = Kind.LIST;
        objects[slot] = elements;
    }

    /** Sets a list of these scalars, which are read off the rows' only slots. */
    public void setElements(int slot, List<EventRow> elements) {
        beginList(slot);
        elements.forEach(element -> {
            copy(element, 0, slot);
            addElement(slot);
        });
        endList(slot);
    }

    /** Between this and {@link #endList} the slot holds one element after the other. */
    void beginList(int slot) {
        if (lists == null) {
            lists = new HashMap<>();
        }
        lists.put(slot, new ArrayList<>());
        setAbsent(slot);
    }

    /** Adds what the slot holds, unless that is absent, which it is afterwards. Beyond the bound it only counts. */
    void addElement(int slot) {
        List<EventRow> list = listOf(slot);
        if (kinds[slot] != Kind.ABSENT && list.size() <= Bounds.MAX_ELEMENTS) {
            EventRow element = new EventRow(1);
            element.copy(this, slot, 0);
            list.add(element);
        }
        setAbsent(slot);
    }

    /** Makes a list of the elements; what one of them is that is no scalar, the slot is. */
    void endList(int slot) {
        List<EventRow> list = listOf(slot);
        if (list.size() > Bounds.MAX_ELEMENTS) {
            setFlawed(slot, Flaw.TOO_MANY_ELEMENTS);
            return;
        }
        for (EventRow element : list) {
            if (element.kind(0) == Kind.FLAWED || element.kind(0) == Kind.COMPOUND) {
                copy(element, 0, slot);
                return;
            }
        }
        setList(slot, list);
    }

    private List<EventRow> listOf(int slot) {
        return Objects.requireNonNull(Objects.requireNonNull(lists).get(slot));
    }

    /** Sets a slot to what a slot of a row holds, which may be this one. */
    void copy(EventRow other, int from, int to) {
        kinds[to] = other.kinds[from];
        unscaled[to] = other.unscaled[from];
        scales[to] = other.scales[from];
        objects[to] = kinds[to] == Kind.STRING ? other.string(from) : other.objects[from];
    }

    /** Sets what is known of the record besides its payload. */
    public void setRecord(Position at, String shard, long arrivedMillis) {
        position = at;
        shardId = shard;
        arrivalMillis = arrivedMillis;
    }

    public void setEventTimeMillis(long millis) {
        eventTimeMillis = millis;
    }

    /** Says that the event was added before and no longer counts. */
    public void setTakenBack(boolean isTakenBack) {
        takenBack = isTakenBack;
    }

    public Kind kind(int slot) {
        return kinds[slot];
    }

    public boolean isAbsent(int slot) {
        return kinds[slot] == Kind.ABSENT;
    }

    public boolean isNumber(int slot) {
        return kinds[slot] == Kind.NUMBER || kinds[slot] == Kind.BIG_NUMBER;
    }

    /** Only for {@link Kind#NUMBER}. */
    public long unscaled(int slot) {
        return unscaled[slot];
    }

    /** Only for {@link Kind#NUMBER}; may be negative. */
    public int scale(int slot) {
        return scales[slot];
    }

    /** The exact value of a number of either kind, as it was written (trailing zeros kept). */
    public BigDecimal decimal(int slot) {
        Object object = objects[slot];
        return kinds[slot] == Kind.BIG_NUMBER && object instanceof BigDecimal big
                ? big
                : BigDecimal.valueOf(unscaled[slot], scales[slot]);
    }

    /** Only for {@link Kind#STRING}. */
    public String string(int slot) {
        if (objects[slot] instanceof String text) {
            return text;
        }
        if (kinds[slot] != Kind.STRING) {
            throw new IllegalStateException("slot " + slot + " holds " + kinds[slot] + ", not a string");
        }
        String text = new String(data, (int) unscaled[slot], scales[slot], StandardCharsets.UTF_8);
        objects[slot] = text;
        return text;
    }

    /** The moment that a string says, see {@link IsoTime}. Only for {@link Kind#STRING}. */
    long isoMillis(int slot) {
        return objects[slot] == null
                ? IsoTime.parseMillis(data, (int) unscaled[slot], scales[slot])
                : IsoTime.parseMillis(string(slot));
    }

    /** Only for {@link Kind#BOOLEAN}. */
    public boolean bool(int slot) {
        return unscaled[slot] != 0;
    }

    /** Only for {@link Kind#FLAWED}. */
    public Flaw flaw(int slot) {
        if (objects[slot] instanceof Flaw flaw) {
            return flaw;
        }
        throw new IllegalStateException("slot " + slot + " holds " + kinds[slot] + ", which is no flaw");
    }

    /** The scalars of a list, each in the only slot of a row. Only for {@link Kind#LIST}. */
    @SuppressWarnings("unchecked") // Nothing else sets a list.
    public List<EventRow> elements(int slot) {
        if (kinds[slot] != Kind.LIST || objects[slot] == null) {
            throw new IllegalStateException("slot " + slot + " holds " + kinds[slot] + ", not a list");
        }
        return (List<EventRow>) objects[slot];
    }

    /** When it happened, milliseconds since the epoch, after clamping to arrival. */
    public long eventTimeMillis() {
        return eventTimeMillis;
    }

    public long arrivalMillis() {
        return arrivalMillis;
    }

    public Position position() {
        return position;
    }

    public String shardId() {
        return shardId;
    }

    /** Whether the event was added before and no longer counts; only states of a {@code Net} ask. */
    public boolean isTakenBack() {
        return takenBack;
    }
}
