package dev.tidemark.training;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the answers of one partition, in the order of the spine. */
final class AnswerReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 14;

    private final Path file;
    private final DataInputStream in;

    AnswerReader(Path file) {
        this.file = file;
        try {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** The next answer, which must be that of the row. */
    @Nullable
    Object[] next(long row, int values) {
        try {
            long number = in.readLong();
            if (number != row) {
                throw new IOException("row " + number + " where row " + row + " should be");
            }
            @Nullable Object[] answer = new Object[values];
            for (int i = 0; i < values; i++) {
                answer[i] = FeatureValues.read(in);
            }
            return answer;
        } catch (IOException e) {
            throw new TrainingSetProblem(
                    file + " was changed after it was written (" + e.getMessage()
                            + "): remove it, and the same command makes it again",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + file, e);
        }
    }
}
