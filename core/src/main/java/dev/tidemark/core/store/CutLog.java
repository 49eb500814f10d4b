package dev.tidemark.core.store;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The cuts of each model, numbered from 1 without a gap. What is learned from the log is learned up to a cut, so that it
 * is the same whenever it is computed. Nothing is ever changed or deleted. Reads are strongly consistent.
 */
public interface CutLog {

    /**
     * The number of a model's last cut; 0 if it has none. Completes with {@link IllegalStateException} if an earlier one
     * is missing.
     */
    CompletableFuture<Long> last(String model);

    /** Completes exceptionally if there is no such cut, or it cannot be read. */
    CompletableFuture<Cut> read(String model, long number);

    /**
     * Stores a cut under its number, unless the number is taken.
     *
     * @return true if it is stored, now or by an earlier attempt; false if another one has the number; completes
     *     exceptionally if that is not certain: it may still be stored later
     */
    CompletableFuture<Boolean> append(Cut cut);

    /**
     * A line through the log: the records of every lane up to a position, and the redrives up to a number.
     *
     * @param number from 1
     * @param madeMillis when it was made, by a clock, milliseconds since the epoch. Only says which records the streams
     *     still held then
     * @param lanes the lane rows of all streams that the model's views, predictions and outcomes read, as they were
     *     then; sorted by lane id
     * @param lastRedrive 0 for none
     */
    record Cut(
            String model,
            String modelHash,
            String catalogHash,
            long number,
            long madeMillis,
            List<LaneRow> lanes,
            long lastRedrive) {

        /** @throws IllegalStateException if two rows are of one lane */
        public Cut {
            lanes = List.copyOf(LaneRow.byId(lanes).values());
            if (number < 1 || lastRedrive < 0) {
                throw new IllegalArgumentException(
                        "cut " + number + " of model " + model + " up to redrive " + lastRedrive);
            }
        }

        /**
         * SHA-256 of what it holds, in hexadecimal digits: of a line with model, hash and last redrive, and one with id, last
         * position and record count for each lane, each ended by a line feed.
         */
        public String sha256() {
            StringBuilder text = new StringBuilder(model + " " + modelHash + " " + lastRedrive + "\n");
            lanes.forEach(row -> text.append(row.lane().id())
                    .append(' ')
                    .append(row.last().text())
                    .append(' ')
                    .append(row.count())
                    .append('\n'));
            return Sha256.hex(text.toString().getBytes(StandardCharsets.UTF_8));
        }

        /** The rows of one stream's lanes; none if the cut knows no lane of it. */
        public List<LaneRow> lanesOf(String stream) {
            return lanes.stream()
                    .filter(row -> row.lane().streamName().equals(stream))
                    .toList();
        }

        /**
         * The time of the cut in a stream: the latest arrival of the records up to it, {@link Long#MIN_VALUE} if there
         * are none. Positions decide it and no clock, and a lane to which nothing comes delays nothing.
         */
        public long asOfMillis(String stream) {
            return lanesOf(stream).stream()
                    .mapToLong(LaneRow::maxArrivalMillis)
                    .max()
                    .orElse(Long.MIN_VALUE);
        }
    }
}
