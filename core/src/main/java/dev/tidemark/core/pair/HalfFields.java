package dev.tidemark.core.pair;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.Flaw;
import dev.tidemark.core.number.DecimalConsumer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Fields of events as bytes: of a half those that its view reads, in the order in which the view names them; of an event or a
 * pair that is kept all of them.
 */
public final class HalfFields {

    private static final int ABSENT = 0;
    private static final int NUMBER = 1;
    private static final int STRING = 2;
    private static final int FALSE = 3;
    private static final int TRUE = 4;
    private static final int COMPOUND = 5;
    private static final int FIRST_FLAW = 6;
    private static final int LIST = 64;

    /** In the order of docs/format.md. */
    private static final List<Flaw> FLAWS =
            List.of(Flaw.NUMBER_OUT_OF_BOUNDS, Flaw.LONE_SURROGATE, Flaw.NO_NUMBER, Flaw.TOO_MANY_ELEMENTS);

    /** A decimal of any event, with what says that it is one. */
    private static final int MAX_NUMBER_BYTES = 32;

    private static final int MAX_LENGTH_BYTES = 3;

    private HalfFields() {}

    /** @param row an event of the source */
    public static byte[] encode(List<PairRule.Kept> kept, EventRow row) {
        ByteWriter out = new ByteWriter(16 * kept.size());
        encode(kept, row, out);
        return out.toByteArray();
    }

    static void encode(List<PairRule.Kept> kept, EventRow row, ByteWriter out) {
        for (PairRule.Kept field : kept) {
            encode(row, field.from(), out);
        }
    }

    private static void encode(EventRow row, int slot, ByteWriter out) {
        switch (row.kind(slot)) {
            case ABSENT -> out.writeByte(ABSENT);
            case NUMBER -> {
                out.writeByte(NUMBER);
                out.writeDecimal(row.unscaled(slot), row.scale(slot));
            }
            case BIG_NUMBER -> {
                out.writeByte(NUMBER);
                out.writeDecimal(row.decimal(slot));
            }
            case STRING -> {
                out.writeByte(STRING);
                out.writeString(row.string(slot));
            }
            case BOOLEAN -> out.writeByte(row.bool(slot) ? TRUE : FALSE);
            case COMPOUND -> out.writeByte(COMPOUND);
            case FLAWED -> out.writeByte(FIRST_FLAW + FLAWS.indexOf(row.flaw(slot)));
            case LIST -> {
                List<EventRow> elements = row.elements(slot);
                out.writeByte(LIST);
                out.writeVarint(elements.size());
                elements.forEach(element -> encode(element, 0, out));
            }
        }
    }

    /**
     * The inverse of {@link #encode}.
     *
     * @param pair whose slots of this side are set
     * @throws IllegalArgumentException if the bytes are not those of these fields
     */
    public static void decode(byte[] fields, List<PairRule.Kept> kept, EventRow pair) {
        decode(new ByteReader(fields), kept, pair);
    }

    static void decode(ByteReader in, List<PairRule.Kept> kept, EventRow pair) {
        for (PairRule.Kept field : kept) {
            decode(in, field.to(), pair);
        }
        checkEnd(in);
    }

    private static void checkEnd(ByteReader in) {
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes follow the last field");
        }
    }

    /** An event or a pair as bytes: all of its slots and whether it is taken back, without time and position. */
    public static byte[] encode(EventRow row) {
        ByteWriter out = new ByteWriter(16 * row.slots());
        out.writeByte(row.isTakenBack() ? 1 : 0);
        for (int slot = 0; slot < row.slots(); slot++) {
            encode(row, slot, out);
        }
        return out.toByteArray();
    }

    /** The inverse of {@link #encode(EventRow)}, into a row of as many slots. */
    public static void decode(byte[] encoded, EventRow row) {
        ByteReader in = new ByteReader(encoded);
        row.setTakenBack(in.readByte() == 1);
        for (int slot = 0; slot < row.slots(); slot++) {
            decode(in, slot, row);
        }
        checkEnd(in);
    }

    private static void decode(ByteReader in, int slot, EventRow pair) {
        int kind = in.readByte();
        switch (kind) {
            case ABSENT -> pair.setAbsent(slot);
            case NUMBER -> in.readDecimal(new ToSlot(pair, slot));
            case STRING -> pair.setString(slot, in.readString());
            case FALSE, TRUE -> pair.setBoolean(slot, kind == TRUE);
            case COMPOUND -> pair.setCompound(slot);
            case LIST -> pair.setElements(slot, list(in));
            default -> pair.setFlawed(slot, flaw(kind - FIRST_FLAW));
        }
    }

    private static List<EventRow> list(ByteReader in) {
        List<EventRow> elements = new ArrayList<>();
        for (int left = in.readCount(Bounds.MAX_ELEMENTS); left > 0; left--) {
            EventRow element = new EventRow(1);
            decode(in, 0, element);
            elements.add(element);
        }
        return elements;
    }

    private static Flaw flaw(int number) {
        if (number < 0 || number >= FLAWS.size()) {
            throw new IllegalArgumentException("no field begins with " + (number + FIRST_FLAW));
        }
        return FLAWS.get(number);
    }

    private static int maxBytes(PairRule.Kept field) {
        int scalar = 1 + MAX_LENGTH_BYTES + Math.max(field.maxBytes(), MAX_NUMBER_BYTES);
        return FieldPath.parse(field.path()).isList() ? 2 + Bounds.MAX_ELEMENTS * scalar : scalar;
    }

    private record ToSlot(EventRow pair, int slot) implements DecimalConsumer {

        @Override
        public void accept(long unscaled, int scale) {
            pair.setNumber(slot, unscaled, scale);
        }

        @Override
        public void accept(BigDecimal value) {
            pair.setBigNumber(slot, value);
        }
    }

    /** The most bytes that one half's fields take. */
    public static int maxBytes(List<PairRule.Kept> kept) {
        return kept.stream().mapToInt(HalfFields::maxBytes).sum();
    }
}
