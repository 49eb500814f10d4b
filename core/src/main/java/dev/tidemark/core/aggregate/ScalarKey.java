package dev.tidemark.core.aggregate;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A JSON string, number or boolean in canonical form, as the key of a map or the element of a set: 42 and 42.0 are one
 * key, the string {@code "42"} is another. Numbers come before strings, strings before booleans; numbers by value,
 * strings by code points, false before true.
 *
 * <p>The hash is XXH3-64 of the canonical form, with a seed per type so that equal bytes of different types differ:
 * seed 1 over unscaled value (8 bytes) and scale (4 bytes), both little-endian, of a number without trailing zeros
 * (over the two's complement of the unscaled value, big-endian, and the scale where it needs more than 64 bits); seed
 * 2 over the UTF-16 code units, little-endian; seed 3 over one byte, 1 for true. It is part of the stored format: it
 * decides which entries a bounded map keeps. Hashing a row's slot allocates nothing but for numbers of more than 18
 * digits.
 */
sealed interface ScalarKey extends Comparable<ScalarKey> {

    /** A number without trailing zeros whose unscaled value fits 64 bits. */
    record SmallNumber(long unscaled, int scale) implements ScalarKey {

        @Override
        public long hash() {
            return Hashes.number(unscaled, scale);
        }

        @Override
        public boolean matches(EventRow row, int slot) {
            if (row.kind(slot) == EventRow.Kind.NUMBER) {
                int zeros = trailingZeros(row.unscaled(slot));
                return row.unscaled(slot) / Decimals.power(zeros) == unscaled
                        && (unscaled == 0 || row.scale(slot) - zeros == scale);
            }
            return row.kind(slot) == EventRow.Kind.BIG_NUMBER && equals(of(row, slot));
        }

        @Override
        public BigDecimal value() {
            return Decimals.canonical(BigDecimal.valueOf(unscaled, scale));
        }
    }

    /** A number without trailing zeros whose unscaled value does not fit 64 bits. */
    record BigNumber(BigDecimal stripped) implements ScalarKey {

        @Override
        public long hash() {
            return Hashes.number(stripped);
        }

        @Override
        public boolean matches(EventRow row, int slot) {
            return row.kind(slot) == EventRow.Kind.BIG_NUMBER && equals(of(row, slot));
        }

        @Override
        public BigDecimal value() {
            return Decimals.canonical(stripped);
        }
    }

    /** A string. */
    record Text(String value) implements ScalarKey {

        @Override
        public long hash() {
            return Hashes.text(value);
        }

        @Override
        public boolean matches(EventRow row, int slot) {
            return row.kind(slot) == EventRow.Kind.STRING && value.equals(row.string(slot));
        }
    }

    /** A boolean. */
    record Flag(boolean isTrue) implements ScalarKey {

        @Override
        public long hash() {
            return Hashes.flag(isTrue);
        }

        @Override
        public boolean matches(EventRow row, int slot) {
            return row.kind(slot) == EventRow.Kind.BOOLEAN && row.bool(slot) == isTrue;
        }

        @Override
        public Boolean value() {
            return isTrue;
        }
    }

    long hash();

    /** Whether a row's slot holds this scalar; a slot without a scalar matches nothing. */
    boolean matches(EventRow row, int slot);

    /** As an answer shows it: {@link BigDecimal}, {@link String} or {@link Boolean}. */
    Object value();

    default void writeTo(ByteWriter out) {
        Inputs.writeScalar(out, value());
    }

    /** The key that a row's slot holds, which is not absent. */
    static ScalarKey of(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case NUMBER -> small(row.unscaled(slot), row.scale(slot));
            case BIG_NUMBER -> of(row.decimal(slot));
            case STRING -> of(row.string(slot));
            case BOOLEAN -> new Flag(row.bool(slot));
            case ABSENT, COMPOUND, FLAWED, LIST -> throw notAScalar(row, slot);
        };
    }

    static ScalarKey of(String text) {
        return new Text(text);
    }

    static ScalarKey of(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.unscaledValue().bitLength() < Long.SIZE
                ? small(stripped.unscaledValue().longValue(), stripped.scale())
                : new BigNumber(stripped);
    }

    /** The hash of the key that a row's slot holds, which is not absent. */
    static long hash(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case NUMBER -> {
                long unscaled = row.unscaled(slot);
                int zeros = trailingZeros(unscaled);
                yield Hashes.number(unscaled / Decimals.power(zeros), unscaled == 0 ? 0 : row.scale(slot) - zeros);
            }
            case BIG_NUMBER -> of(row.decimal(slot)).hash();
            case STRING -> Hashes.text(row.string(slot));
            case BOOLEAN -> Hashes.flag(row.bool(slot));
            case ABSENT, COMPOUND, FLAWED, LIST -> throw notAScalar(row, slot);
        };
    }

    static ScalarKey read(ByteReader in) {
        Object scalar = Inputs.readScalar(in);
        if (scalar instanceof BigDecimal number) {
            return of(number);
        }
        return scalar instanceof Boolean flag ? new Flag(flag) : new Text((String) scalar);
    }

    @Override
    default int compareTo(ScalarKey other) {
        return Inputs.compareScalars(value(), other.value());
    }

    private static SmallNumber small(long unscaled, int scale) {
        int zeros = trailingZeros(unscaled);
        return new SmallNumber(unscaled / Decimals.power(zeros), unscaled == 0 ? 0 : scale - zeros);
    }

    private static int trailingZeros(long unscaled) {
        int zeros = 0;
        for (long rest = unscaled; rest != 0 && rest % 10 == 0; rest /= 10) {
            zeros++;
        }
        return zeros;
    }

    private static IllegalStateException notAScalar(EventRow row, int slot) {
        return new IllegalStateException("slot " + slot + " holds " + row.kind(slot) + ", not a scalar");
    }

    /** The hash functions by type. */
    final class Hashes {

        private static final Hasher64 NUMBERS = Hashing.xxh3_64(1);
        private static final Hasher64 TEXTS = Hashing.xxh3_64(2);
        private static final long FALSE = Hashing.xxh3_64(3).hashBytesToLong(new byte[] {0});
        private static final long TRUE = Hashing.xxh3_64(3).hashBytesToLong(new byte[] {1});

        private Hashes() {}

        static long number(long unscaled, int scale) {
            return NUMBERS.hashLongIntToLong(unscaled, scale);
        }

        static long number(BigDecimal value) {
            BigInteger unscaled = value.unscaledValue();
            return NUMBERS.hashStream()
                    .putBytes(unscaled.toByteArray())
                    .putInt(value.scale())
                    .getAsLong();
        }

        static long text(String value) {
            return TEXTS.hashCharsToLong(value);
        }

        static long flag(boolean value) {
            return value ? TRUE : FALSE;
        }
    }
}
