package dev.tidemark.training;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.tables.ParquetCells;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of predictions, from a Parquet file of their ids and its scores. In memory, with 32 to 64 bytes for each; a
 * score is the double that is nearest to the file's number. A prediction is known by a hash of 64 bits. It may have several rows,
 * for a producer may have sent it twice, but one score.
 */
public final class ScoreFile implements EvaluationReport.Scorer {

    private static final String ID = "id";
    private static final String SCORE = "score";
    private static final int LEAST_PLACES = 1 << 10;

    private final Path file;
    private long[] hashes = new long[LEAST_PLACES];

    /** NaN where there is none. */
    private double[] scores = filled(LEAST_PLACES);

    private int size;

    private ScoreFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the file.
     *
     * @param areProbabilities whether scores must be from 0 to 1
     * @throws TrainingSetProblem if it cannot be used; the message names the row
     */
    public static ScoreFile read(Path file, boolean areProbabilities) {
        ScoreFile made = new ScoreFile(file);
        try (ParquetSpine rows = new ParquetSpine(file)) {
            int id = made.column(rows.columns(), ID);
            int score = made.column(rows.columns(), SCORE);
            while (rows.next()) {
                String key = made.key(rows, id);
                made.put(key, made.score(rows, score, areProbabilities), rows.place());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return made;
    }

    private int column(List<PrimitiveType> columns, String name) {
        List<String> names = columns.stream().map(PrimitiveType::getName).toList();
        if (!names.contains(name)) {
            throw new TrainingSetProblem(file + " has no column '" + name + "': it needs the columns '" + ID + "' and '"
                    + SCORE + "'; there are " + names);
        }
        return names.indexOf(name);
    }

    private String key(ParquetSpine rows, int column) {
        Object cell = rows.cell(column);
        String id = cell == null ? null : ParquetCells.key(cell, rows.columns().get(column));
        try {
            return EntityKeys.of(List.of(Objects.requireNonNullElse(id, "")));
        } catch (IllegalArgumentException e) {
            throw new TrainingSetProblem(
                    file + ", " + rows.place() + ": column '" + ID + "' must hold the id of a prediction", e);
        }
    }

    private BigDecimal score(ParquetSpine rows, int column, boolean isProbability) {
        Object cell = rows.cell(column);
        Object scalar =
                cell == null ? null : ParquetCells.scalar(cell, rows.columns().get(column));
        BigDecimal score = scalar instanceof BigDecimal number ? Bounds.within(number) : null;
        if (score == null || (isProbability && (score.signum() < 0 || score.compareTo(BigDecimal.ONE) > 0))) {
            throw new TrainingSetProblem(file + ", " + rows.place() + ": column '" + SCORE + "' must hold "
                    + (isProbability ? "a number from 0 to 1" : "a number"));
        }
        return score;
    }

    private void put(String id, BigDecimal score, String place) {
        if (2 * size >= hashes.length) {
            grow();
        }
        long hash = EntitySet.hash(id);
        int at = placeOf(hash);
        double number = score.doubleValue();
        if (scores[at] == number) {
            return;
        }
        if (!Double.isNaN(scores[at])) {
            throw new TrainingSetProblem(file + ", " + place + ": prediction '"
                    + EntityKeys.values(id).get(0) + "' has the score " + scores[at]
                    + " already: a second row of it must have the same");
        }
        hashes[at] = hash;
        scores[at] = number;
        size++;
    }

    private void grow() {
        long[] before = hashes;
        double[] known = scores;
        hashes = new long[Math.multiplyExact(before.length, 2)];
        scores = filled(hashes.length);
        for (int i = 0; i < before.length; i++) {
            if (!Double.isNaN(known[i])) {
                int at = placeOf(before[i]);
                hashes[at] = before[i];
                scores[at] = known[i];
            }
        }
    }

    /** Where the hash is, or would be. */
    private int placeOf(long hash) {
        int mask = hashes.length - 1;
        int at = (int) hash & mask;
        while (!Double.isNaN(scores[at]) && hashes[at] != hash) {
            at = at + 1 & mask;
        }
        return at;
    }

    private static double[] filled(int places) {
        double[] none = new double[places];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public @Nullable BigDecimal of(String id) {
        double score = scores[placeOf(EntitySet.hash(id))];
        return Double.isNaN(score) ? null : Decimals.shortest(score);
    }

    /** How many scores there are. */
    public int size() {
        return size;
    }
}
