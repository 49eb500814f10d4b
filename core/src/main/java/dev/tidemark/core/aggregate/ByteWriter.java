package dev.tidemark.core.aggregate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte buffer with the few encodings of docs/format.md: varints, zigzag varints, length-prefixed bytes. */
public final class ByteWriter {

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

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public void writeByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    /** Little-endian base 128, seven bits a byte; negative values take ten bytes (use {@link #writeSigned}). */
    public void writeVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Zigzag: small magnitudes of either sign are short. */
    public void writeSigned(long value) {
        writeVarint((value << 1) ^ (value >> 63));
    }

    /** Varint length, then the bytes. */
    public void writeBytes(byte[] value) {
        writeVarint(value.length);
        writeRaw(value);
    }

    /** The bytes alone. */
    public void writeRaw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    /** Length-prefixed UTF-8. */
    public void writeString(String value) {
        writeBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Length-prefixed two's complement, big-endian, shortest form. */
    public void writeBigInteger(BigInteger value) {
        writeBytes(value.toByteArray());
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
