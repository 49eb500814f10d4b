package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Seeded events: slot {@link #INPUT} holds what is aggregated, slot {@link #GROUP} one of a few short texts (in hostile
 * traffic also numbers, booleans and nothing), slot {@link #LABEL} the truth about a number or a probability, and slot {@link #OTHER} another of them.
 */
enum Traffic {
    /** What a shop sends: prices in cents, a few product names. */
    ORDINARY,
    /** The ends of the bounds, both signs, zeros written in many ways, values that cancel, ties in time. */
    HOSTILE;

    static final int INPUT = 0;
    static final int GROUP = 1;
    static final int LABEL = 2;
    static final int OTHER = 3;
    static final int SLOTS = 4;
    static final FieldInput GROUP_FIELD = new FieldInput(GROUP, "item.category", true);
    static final FieldInput LABEL_FIELD = new FieldInput(LABEL, "label", true);
    static final FieldInput OTHER_FIELD = new FieldInput(OTHER, "other", true);
    static final List<String> SHARDS = List.of("shardId-000000000000", "shardId-000000000001", "shardId-000000000010");

    private static final int MAX_SCALE = Bounds.MAX_NUMBER_EXPONENT;

    /**
     * @param missing whether some events lack the input, and some the label
     * @param shards how many shards they come from, 1 to 3
     */
    List<EventRow> events(Random random, int count, AggregateFunction.Input input, boolean missing, int shards) {
        List<EventRow> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EventRow row = new EventRow(SLOTS);
            if (!missing || random.nextInt(4) > 0) {
                setInput(random, input, row);
            }
            if (!missing || random.nextInt(4) > 0) {
                setLabel(random, input, row);
            }
            setGroup(random, row);
            row.setEventTimeMillis(1_700_000_000_000L + random.nextInt(this == HOSTILE ? 4 : 5_000));
            row.setRecord(
                    new Position(sequenceNumber(random, i), random.nextInt(3)),
                    SHARDS.get(random.nextInt(shards)),
                    row.eventTimeMillis() + random.nextInt(100));
            if (!missing || random.nextInt(4) > 0) {
                EventRow other = new EventRow(SLOTS);
                setInput(random, input, other);
                Rows.copy(other, INPUT, row, OTHER);
            }
            events.add(row);
        }
        return events;
    }

    /** Makes each input the first of a list, of which some are empty; an event without input has no list. */
    List<EventRow> inLists(Random random, List<EventRow> events, AggregateFunction.Input input) {
        for (EventRow event : events) {
            List<EventRow> elements = new ArrayList<>();
            for (int left = random.nextInt(5); left > 0 && !event.isAbsent(INPUT); left--) {
                EventRow element = new EventRow(1);
                if (elements.isEmpty()) {
                    Rows.copy(event, INPUT, element, INPUT);
                } else {
                    setInput(random, input, element);
                }
                elements.add(element);
            }
            if (!event.isAbsent(INPUT)) {
                event.setElements(INPUT, elements);
            }
        }
        return events;
    }

    private void setGroup(Random random, EventRow row) {
        switch (random.nextInt(this == HOSTILE ? 12 : 5)) {
            case 5 -> row.setNumber(GROUP, 420, 1);
            case 6 -> row.setString(GROUP, "42");
            case 7 -> row.setBigNumber(GROUP, BigDecimal.TEN.pow(20));
            case 8 -> row.setBoolean(GROUP, random.nextBoolean());
            case 9 -> row.setString(GROUP, GroupText.OTHER);
            case 10 -> row.setString(GROUP, "");
            case 11 -> row.setCompound(GROUP);
            default -> {
                if (this == ORDINARY || random.nextInt(8) > 0) {
                    row.setString(GROUP, "group " + random.nextInt(5));
                }
            }
        }
    }

    private void setLabel(Random random, AggregateFunction.Input input, EventRow row) {
        if (input != AggregateFunction.Input.PROBABILITY) {
            EventRow number = new EventRow(SLOTS);
            setInput(random, AggregateFunction.Input.NUMBER, number);
            Rows.copy(number, INPUT, row, LABEL);
        } else if (random.nextBoolean()) {
            row.setBoolean(LABEL, random.nextBoolean());
        } else if (this == ORDINARY || random.nextBoolean()) {
            row.setNumber(LABEL, random.nextInt(2), 0);
        } else {
            BigDecimal label = new BigDecimal(random.nextInt(2)).setScale(random.nextInt(MAX_SCALE + 1));
            if (random.nextBoolean() || label.precision() > 18) {
                row.setBigNumber(LABEL, label);
            } else {
                row.setNumber(LABEL, label.unscaledValue().longValueExact(), label.scale());
            }
        }
    }

    private static void setHostileProbability(Random random, EventRow row) {
        switch (random.nextInt(7)) {
            case 0 -> row.setNumber(INPUT, 0, random.nextInt(MAX_SCALE + 1));
            case 1 -> row.setBigNumber(INPUT, BigDecimal.ONE.setScale(random.nextInt(MAX_SCALE + 1)));
            case 2 -> row.setNumber(INPUT, 1 + random.nextInt(9), MAX_SCALE - random.nextInt(20));
            case 3 ->
                row.setBigNumber(INPUT, BigDecimal.ONE.subtract(BigDecimal.ONE.movePointLeft(17 + random.nextInt(17))));
            case 4 -> row.setNumber(INPUT, 500_000_000_000_000_000L + random.nextInt(3) - 1, 18);
            case 5 -> row.setNumber(INPUT, random.nextInt(11), 1);
            default -> row.setBigNumber(INPUT, new BigDecimal(new BigInteger(112, random), Bounds.MAX_NUMBER_DIGITS));
        }
    }

    private void setInput(Random random, AggregateFunction.Input input, EventRow row) {
        if (input == AggregateFunction.Input.SCALAR && random.nextBoolean()) {
            setText(random, row);
        } else if (input == AggregateFunction.Input.PROBABILITY) {
            if (this == ORDINARY) {
                row.setNumber(INPUT, random.nextInt(1_001), 3);
            } else {
                setHostileProbability(random, row);
            }
        } else if (this == ORDINARY) {
            row.setNumber(INPUT, random.nextInt(20_000), 2);
        } else {
            setHostileNumber(random, row);
        }
    }

    private void setText(Random random, EventRow row) {
        switch (random.nextInt(this == HOSTILE ? 5 : 1)) {
            case 0 -> row.setString(INPUT, "product " + random.nextInt(20));
            case 1 -> row.setBoolean(INPUT, random.nextBoolean());
            case 2 -> row.setString(INPUT, "");
            case 3 -> row.setString(INPUT, "\uD83D\uDE00".repeat(Bounds.MAX_SCALAR_BYTES / 4));
            default -> row.setString(INPUT, "\uFF5E" + random.nextInt(3));
        }
    }

    private static void setHostileNumber(Random random, EventRow row) {
        switch (random.nextInt(8)) {
            case 0 -> row.setNumber(INPUT, 0, random.nextInt(MAX_SCALE + 1));
            case 1 -> row.setNumber(INPUT, sign(random) * 999_999_999_999_999_999L, random.nextInt(35) - 17);
            case 2 -> row.setNumber(INPUT, sign(random), MAX_SCALE);
            case 3 -> setNines(random, row);
            case 4 -> setWrittenInManyWays(random, row);
            case 5 -> row.setNumber(INPUT, random.nextInt(21) - 10, random.nextInt(4));
            case 6 -> row.setNumber(INPUT, random.nextLong() >> 5, random.nextInt(MAX_SCALE + 1));
            default ->
                row.setBigNumber(INPUT, new BigDecimal(new BigInteger(112, random), random.nextInt(MAX_SCALE + 1)));
        }
    }

    /** 34 nines, the point anywhere between the bounds. */
    private static void setNines(Random random, EventRow row) {
        BigInteger nines = BigInteger.TEN.pow(Bounds.MAX_NUMBER_DIGITS).subtract(BigInteger.ONE);
        int scale = random.nextInt(MAX_SCALE + 2) - 1;
        row.setBigNumber(INPUT, new BigDecimal(random.nextBoolean() ? nines : nines.negate(), scale));
    }

    /** 1.5 and -1.5 with trailing zeros, in either form. */
    private static void setWrittenInManyWays(Random random, EventRow row) {
        int zeros = random.nextInt(15);
        BigDecimal value = new BigDecimal(sign(random) * 15).movePointLeft(1).setScale(1 + zeros);
        if (random.nextBoolean()) {
            row.setBigNumber(INPUT, value);
        } else {
            row.setNumber(INPUT, value.unscaledValue().longValueExact(), value.scale());
        }
    }

    private static int sign(Random random) {
        return random.nextBoolean() ? 1 : -1;
    }

    /** Distinct; of 56 digits as Kinesis writes them, or short and of any length. */
    private String sequenceNumber(Random random, int index) {
        BigInteger base = this == HOSTILE && random.nextBoolean()
                ? BigInteger.TEN.pow(random.nextInt(128))
                : BigInteger.TEN.pow(55).add(new BigInteger(180, random));
        return base.shiftRight(10).shiftLeft(10).add(BigInteger.valueOf(index)).toString();
    }
}
