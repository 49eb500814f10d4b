package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.DecimalConsumer;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte buffer with the few encodings of docs/format.md: varints, zigzag varints, length-prefixed bytes, decimals. */
public final class ByteWriter implements DecimalConsumer {

    /** A short decimal is one varint: its scale in the low three bits, the zigzag unscaled value above. */
    static final int DECIMAL_SCALE_BITS = 3;

    /** In place of a scale: a long decimal, whose scale stands above and whose unscaled value follows. */
    static final int LONG_DECIMAL = 7;

    /** Zigzag values of up to 60 bits leave room for the scale in 63. */
    private static final int MAX_SHORT_DECIMAL_BITS = 60;

    private static final int MAX_SHORT_DECIMAL_BYTES = 9;

    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(256);
    }

    public ByteWriter(int initialCapacityBytes) {
        bytes = new byte[initialCapacityBytes];
    }

    public int size() {
        return size;
    }

    /** What was written. Its array may be the writer's own; what is written afterwards changes nothing in it. */
    public byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    public void writeByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    /** Little-endian base 128, seven bits a byte; negative values take ten bytes (use {@link #writeSigned}). */
    public void writeVarint(long value) {
        if (size + MAX_VARINT_BYTES > bytes.length) {
            ensure(varintBytes(value));
        }
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Zigzag: small magnitudes of either sign are short. */
    public void writeSigned(long value) {
        writeVarint(zigzag(value));
    }

    /** Eight bytes, big-endian. */
    public void writeLong(long value) {
        ensure(Long.BYTES);
        for (int shift = Long.SIZE - 8; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /** Varint length, then the bytes. */
    public void writeBytes(byte[] value) {
        writeVarint(value.length);
        writeRaw(value);
    }

    /** The bytes alone. */
    public void writeRaw(byte[] value) {
        writeRaw(value, 0, value.length);
    }

    /** A part of the bytes alone. */
    public void writeRaw(byte[] value, int offset, int length) {
        ensure(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
    }

    /** Length-prefixed UTF-8. */
    public void writeString(String value) {
        writeBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Length-prefixed two's complement, big-endian, shortest form. */
    public void writeBigInteger(BigInteger value) {
        writeBytes(value.toByteArray());
    }

    /** Encodes {@code unscaled * 10^-scale}: equal values give equal bytes, whatever the scale they come with. */
    public void writeDecimal(long unscaled, int scale) {
        if (scale < 0) {
            writeDecimal(BigDecimal.valueOf(unscaled, scale));
            return;
        }
        int zeros = unscaled == 0 ? scale : Decimals.trailingZeros(unscaled, scale);
        long stripped = unscaled == 0 ? 0 : unscaled / Decimals.power(zeros);
        int left = scale - zeros;
        if (isShortDecimal(stripped, left)) {
            writeVarint(zigzag(stripped) << DECIMAL_SCALE_BITS | left);
        } else {
            writeLongDecimal(BigInteger.valueOf(stripped), left);
        }
    }

    /** As {@link #writeDecimal(long, int)}, for a value of any size. */
    public void writeDecimal(BigDecimal value) {
        BigDecimal canonical = Decimals.canonical(value);
        BigInteger unscaled = canonical.unscaledValue();
        if (unscaled.bitLength() < Long.SIZE && isShortDecimal(unscaled.longValue(), canonical.scale())) {
            writeDecimal(unscaled.longValue(), canonical.scale());
        } else {
            writeLongDecimal(unscaled, canonical.scale());
        }
    }

    @Override
    public void accept(long unscaled, int scale) {
        writeDecimal(unscaled, scale);
    }

    @Override
    public void accept(BigDecimal value) {
        writeDecimal(value);
    }

    /** The most bytes that a decimal takes whose magnitude is below {@code bound}, with at most so many decimals. */
    public static int maxDecimalBytes(BigInteger bound, int maxScale) {
        int integerBytes = bound.multiply(BigInteger.TEN.pow(maxScale)).bitLength() / 8 + 1;
        int longForm = varintBytes((long) maxScale << DECIMAL_SCALE_BITS | LONG_DECIMAL)
                + varintBytes(integerBytes)
                + integerBytes;
        return Math.max(longForm, MAX_SHORT_DECIMAL_BYTES);
    }

    /** How many bytes {@link #writeVarint} takes. */
    public static int varintBytes(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    private void writeLongDecimal(BigInteger unscaled, int scale) {
        writeVarint((long) scale << DECIMAL_SCALE_BITS | LONG_DECIMAL);
        writeBigInteger(unscaled);
    }

    private static boolean isShortDecimal(long unscaled, int scale) {
        return scale < LONG_DECIMAL && zigzag(unscaled) >>> MAX_SHORT_DECIMAL_BITS == 0;
    }

    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
