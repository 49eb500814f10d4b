package dev.tidemark.core.aggregate;

import org.jspecify.annotations.Nullable;

/** The set of different scalars seen, see {@link DistinctState}. */
final class DistinctStateType implements StateType {

    private final FieldInput input;
    private final int exactUpTo;
    private final int precision;

    /**
     * @param exactUpTo how many different scalars are counted exactly
     * @param precision binary logarithm of the number of one-byte registers beyond that
     */
    DistinctStateType(FieldInput input, int exactUpTo, int precision) {
        this.input = input;
        this.exactUpTo = exactUpTo;
        this.precision = precision;
    }

    int slot() {
        return input.slot();
    }

    int exactUpTo() {
        return exactUpTo;
    }

    int precision() {
        return precision;
    }

    @Override
    public String id() {
        return "distinct(" + input.path() + "," + exactUpTo + "," + precision + ")";
    }

    @Override
    public DistinctState create() {
        return new DistinctState(this);
    }

    @Override
    public State read(ByteReader in, String shardId) {
        int header = in.readCount(exactUpTo + 2);
        if (header <= exactUpTo) {
            return DistinctState.exact(this, readHashes(in, header));
        }
        return DistinctState.estimated(this, header == exactUpTo + 1 ? in.readRaw(1 << precision) : readSparse(in));
    }

    /** The header, then all hashes or all registers. */
    @Override
    public int maxEncodedBytes() {
        return ByteWriter.varintBytes(exactUpTo + 2L) + Math.max(exactUpTo * Long.BYTES, 1 << precision);
    }

    private static long[] readHashes(ByteReader in, int count) {
        byte[] bytes = in.readRaw(count * Long.BYTES);
        long[] hashes = new long[count];
        for (int i = 0; i < hashes.length; i++) {
            for (int at = 0; at < Long.BYTES; at++) {
                hashes[i] = hashes[i] << Byte.SIZE | (bytes[i * Long.BYTES + at] & 0xFF);
            }
            if (i > 0 && Long.compareUnsigned(hashes[i - 1], hashes[i]) >= 0) {
                throw new IllegalArgumentException("hashes of a set do not ascend");
            }
        }
        return hashes;
    }

    private byte[] readSparse(ByteReader in) {
        byte[] registers = new byte[1 << precision];
        int count = in.readCount(registers.length);
        int next = 0;
        for (int i = 0; i < count; i++) {
            int register = next + in.readCount(registers.length - 1 - next);
            registers[register] = (byte) in.readByte();
            if (registers[register] == 0) {
                throw new IllegalArgumentException("register " + register + " is written but 0");
            }
            next = register + 1;
        }
        return registers;
    }

    /**
     * The sparse form of the registers, if it is shorter than all of them: how many are not 0, and for each its
     * distance from the one before, less one, and its content. Null if it is not shorter.
     */
    static byte @Nullable [] sparse(byte[] registers) {
        ByteWriter out = new ByteWriter(registers.length);
        int used = 0;
        for (byte register : registers) {
            used += register == 0 ? 0 : 1;
        }
        out.writeVarint(used);
        int next = 0;
        for (int i = 0; i < registers.length && out.size() < registers.length; i++) {
            if (registers[i] != 0) {
                out.writeVarint(i - next);
                out.writeByte(registers[i]);
                next = i + 1;
            }
        }
        return out.size() < registers.length ? out.toByteArray() : null;
    }
}
