package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.number.DecimalConsumer;
import dev.tidemark.core.number.DecimalSum;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote. Bytes that end early or do not fit are an {@link IllegalArgumentException}. */
public final class ByteReader {

    /** The square of a number has twice its decimals. */
    private static final int MAX_SCALE = 2 * Bounds.MAX_NUMBER_EXPONENT;

    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads a part only. */
    public ByteReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    public boolean hasRemaining() {
        return at < end;
    }

    public int remaining() {
        return end - at;
    }

    public int readByte() {
        need(1);
        return bytes[at++] & 0xFF;
    }

    public long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            need(1);
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint of more than ten bytes before offset " + at);
    }

    /** A varint that counts something: not negative and at most {@code max}. */
    public int readCount(int max) {
        long value = readVarint();
        if (value < 0 || value > max) {
            throw new IllegalArgumentException("a count of " + value + " (at most " + max + ") before offset " + at);
        }
        return (int) value;
    }

    public long readSigned() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    public long readLong() {
        need(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    public byte[] readBytes() {
        return readRaw(readCount(remaining()));
    }

    public byte[] readRaw(int length) {
        need(length);
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    /** Passes over bytes, as {@link #readRaw} without a copy. */
    public void skip(int length) {
        need(length);
        at += length;
    }

    /** How many bytes were read so far. */
    public int offset() {
        return at;
    }

    public String readString() {
        return new String(readBytes(), StandardCharsets.UTF_8);
    }

    public BigInteger readBigInteger() {
        byte[] value = readBytes();
        if (value.length == 0) {
            throw new IllegalArgumentException("an empty integer before offset " + at);
        }
        return new BigInteger(value);
    }

    /** Hands over what {@link ByteWriter#writeDecimal} wrote. */
    public void readDecimal(DecimalConsumer consumer) {
        long head = readVarint();
        int scale = (int) head & ByteWriter.LONG_DECIMAL;
        long rest = head >>> ByteWriter.DECIMAL_SCALE_BITS;
        if (scale != ByteWriter.LONG_DECIMAL) {
            consumer.accept((rest >>> 1) ^ -(rest & 1), scale);
        } else if (rest <= MAX_SCALE) {
            consumer.accept(new BigDecimal(readBigInteger(), (int) rest));
        } else {
            throw new IllegalArgumentException("a decimal with " + rest + " decimals before offset " + at);
        }
    }

    /** As {@link #readDecimal(DecimalConsumer)}, canonical. */
    public BigDecimal readDecimal() {
        DecimalSum value = new DecimalSum();
        readDecimal(value);
        return value.value();
    }

    private void need(int count) {
        if (count > end - at) {
            throw new IllegalArgumentException(
                    "encoded bytes end early: " + count + " wanted at offset " + at + " of " + end);
        }
    }
}
