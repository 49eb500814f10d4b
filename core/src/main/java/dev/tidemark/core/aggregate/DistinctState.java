package dev.tidemark.core.aggregate;

import com.dynatrace.hash4j.distinctcount.UltraLogLog;
import dev.tidemark.core.event.EventRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many different scalars were seen: the set of their 64-bit hashes while there are at most {@code exactUpTo}, from
 * then on the registers of an UltraLogLog (O. Ertl, "UltraLogLog: A Practical and More Space-Efficient Alternative to
 * HyperLogLog for Approximate Distinct Counting", VLDB 2024, as in hash4j).
 *
 * <p>Both are functions of the set of hashes alone, and which of them is used depends on its size alone: the registers
 * of a set are those of its parts combined, in any order. The estimate is computed from the registers only (hash4j's
 * martingale estimator, which depends on the order of events, is not used). Two different scalars with one hash count
 * as one; among 1,000 scalars the chance of that is below 10<sup>-13</sup>.
 *
 * <p>Encoding: a header {@code h}. Up to {@code exactUpTo}: {@code h} hashes of 8 bytes, big-endian, ascending
 * (unsigned). Hashes are random bits, so that differences and varints would not be shorter. {@code exactUpTo + 1}: all
 * registers. {@code exactUpTo + 2}: the registers that are not 0, written where that is shorter.
 */
final class DistinctState implements State {

    private final DistinctStateType type;
    private long[] hashes;
    private int size;
    private @Nullable UltraLogLog registers;

    DistinctState(DistinctStateType type) {
        this.type = type;
        this.hashes = new long[Math.min(4, type.exactUpTo())];
    }

    static DistinctState exact(DistinctStateType type, long[] ascendingHashes) {
        DistinctState state = new DistinctState(type);
        state.hashes = ascendingHashes;
        state.size = ascendingHashes.length;
        return state;
    }

    static DistinctState estimated(DistinctStateType type, byte[] registers) {
        DistinctState state = new DistinctState(type);
        state.registers = UltraLogLog.wrap(registers);
        return state;
    }

    @Override
    public void add(EventRow row) {
        if (!row.isAbsent(type.slot())) {
            addHash(ScalarKey.hash(row, type.slot()));
        }
    }

    @Override
    public void merge(State other) {
        DistinctState that = (DistinctState) other;
        if (that.registers != null) {
            estimator().add(that.registers);
            return;
        }
        for (int i = 0; i < that.size; i++) {
            addHash(that.hashes[i]);
        }
    }

    @Override
    public void writeTo(ByteWriter out) {
        if (registers == null) {
            out.writeVarint(size);
            for (int i = 0; i < size; i++) {
                for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
                    out.writeByte((int) (hashes[i] >>> shift));
                }
            }
            return;
        }
        byte[] dense = registers.getState();
        byte[] sparse = DistinctStateType.sparse(dense);
        out.writeVarint(sparse == null ? type.exactUpTo() + 1 : type.exactUpTo() + 2);
        out.writeRaw(sparse == null ? dense : sparse);
    }

    @Override
    public boolean isEmpty() {
        return registers == null && size == 0;
    }

    boolean isExact() {
        return registers == null;
    }

    /** The number of different scalars, or the estimate, which is not below what is known for certain. */
    long count() {
        return registers == null
                ? size
                : Math.max(type.exactUpTo() + 1L, Math.round(registers.getDistinctCountEstimate()));
    }

    void addHash(long hash) {
        if (registers != null) {
            registers.add(hash);
            return;
        }
        int place = find(hash);
        if (place >= 0) {
            return;
        }
        if (size == type.exactUpTo()) {
            estimator().add(hash);
        } else {
            insert(-place - 1, hash);
        }
    }

    /** The registers; a set that was still exact is turned into them. */
    private UltraLogLog estimator() {
        UltraLogLog estimator = registers;
        if (estimator == null) {
            estimator = UltraLogLog.create(type.precision());
            for (int i = 0; i < size; i++) {
                estimator.add(hashes[i]);
            }
            registers = estimator;
            hashes = new long[0];
            size = 0;
        }
        return estimator;
    }

    private int find(long hash) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(hashes[middle], hash);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private void insert(int place, long hash) {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.min(type.exactUpTo(), Math.max(4, size * 2)));
        }
        System.arraycopy(hashes, place, hashes, place + 1, size - place);
        hashes[place] = hash;
        size++;
    }
}
