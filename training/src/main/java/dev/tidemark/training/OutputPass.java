package dev.tidemark.training;

import dev.tidemark.training.TrainingSetRequest.Format;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Reads the spine again and writes each row with its answers, in the order of the spine. */
final class OutputPass {

    private static final long PROGRESS_ROWS = 1_000;

    private final TrainingSetRequest request;
    private final Plan plan;
    private final JobFiles files;
    private final Progress progress;
    private final List<String> attributeNames;

    /**
     * What was written.
     *
     * @param columns all of them, {@code places} those after the spine's
     * @param different in how many rows two catalogs differ, by pair; {@code rowsDifferent}: with any difference
     * @param profile of the columns
     * @param notes what the user should know about the spine and the files
     */
    record Written(
            List<Type> columns,
            List<OutputColumns.Place> places,
            List<OutputColumns.Pair> pairs,
            List<Long> different,
            long rowsDifferent,
            SetProfile profile,
            List<String> notes) {}

    OutputPass(TrainingSetRequest request, Plan plan, JobFiles files, Progress progress) {
        this.request = request;
        this.plan = plan;
        this.files = files;
        this.progress = progress;
        this.attributeNames = request.attributes();
    }

    /** The files are complete after this, but do not have their final names yet. */
    Written write() {
        progress.stage(Progress.Stage.OUTPUT, plan.rows());
        List<AnswerReader> answers = new ArrayList<>();
        AnswerReader attributes = request.references().isEmpty() ? null : new AnswerReader(files.attributes());
        List<RowWriter> writers = new ArrayList<>();
        try (Spine spine = new Spine(request.spine(), request.spineOptions(), plan.targets())) {
            OutputColumns columns = new OutputColumns(request, plan.targets(), spine.columns());
            List<Type> all = new ArrayList<>(spine.columns());
            all.addAll(columns.types());
            for (int bucket = 0; bucket < plan.buckets(); bucket++) {
                answers.add(new AnswerReader(files.answers(bucket)));
            }
            for (Format format : request.formats()) {
                writers.add(open(format, all, spine.columns().size()));
            }
            List<String> notes = new ArrayList<>(spine.notes());
            Written written = write(spine, columns, all, answers, attributes, writers, notes);
            for (RowWriter writer : writers) {
                writer.close();
                if (writer instanceof CsvWriter csv && csv.marked() > 0) {
                    notes.add(csv.marked() + " fields of " + request.out().relativize(files.result(Format.CSV))
                            + " begin like a formula of a spreadsheet and have an apostrophe before them"
                            + " (docs/training-sets.md); Parquet has them as they are");
                }
            }
            return written;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the training set in " + files.out(), e);
        } catch (Spine.BadRow e) {
            throw new TrainingSetProblem(e.getMessage() + "; the file has changed while it was read", e);
        } finally {
            answers.forEach(AnswerReader::close);
            if (attributes != null) {
                attributes.close();
            }
        }
    }

    private RowWriter open(Format format, List<Type> columns, int spineColumns) throws IOException {
        Path file = files.unfinished(files.result(format));
        return format == Format.CSV
                ? new CsvWriter(file, columns, spineColumns)
                : new ParquetRowWriter(file, columns, spineColumns);
    }

    private Written write(
            Spine spine,
            OutputColumns columns,
            List<Type> all,
            List<AnswerReader> answers,
            @Nullable AnswerReader attributes,
            List<RowWriter> writers,
            List<String> notes)
            throws IOException, Spine.BadRow {
        SetProfile profile = new SetProfile(spine, all, columns.places());
        @Nullable Object[] row = new Object[columns.types().size()];
        long[] different = new long[columns.pairs().size()];
        long rowsDifferent = 0;
        List<@Nullable Object[]> byTarget = new ArrayList<>();
        plan.targets().forEach(target -> byTarget.add(new Object[0]));
        while (spine.next()) {
            for (WantedView target : plan.targets()) {
                int bucket = plan.bucket(target, EntitySet.hash(spine.entity(target.index())));
                byTarget.set(
                        target.index(),
                        answers.get(bucket).next(spine.number(), target.names().size()));
            }
            columns.fill(byTarget, given(spine, attributes), row);
            rowsDifferent += compare(columns, row, different) ? 1 : 0;
            profile.add(spine, row);
            for (RowWriter writer : writers) {
                writer.write(spine, row);
            }
            if ((spine.number() + 1) % PROGRESS_ROWS == 0) {
                progress.advance(PROGRESS_ROWS);
            }
        }
        return new Written(
                all,
                columns.places(),
                columns.pairs(),
                Arrays.stream(different).boxed().toList(),
                rowsDifferent,
                profile,
                notes);
    }

    private Map<String, @Nullable Object> given(Spine spine, @Nullable AnswerReader attributes) {
        Map<String, @Nullable Object> given = new HashMap<>(spine.request());
        if (attributes != null) {
            @Nullable Object[] values = attributes.next(spine.number(), attributeNames.size());
            for (int i = 0; i < values.length; i++) {
                given.put(attributeNames.get(i), values[i]);
            }
        }
        return given;
    }

    private static boolean compare(OutputColumns columns, @Nullable Object[] row, long[] different) {
        boolean any = false;
        for (int i = 0; i < different.length; i++) {
            OutputColumns.Pair pair = columns.pairs().get(i);
            if (!FeatureValues.areEqual(row[pair.first()], row[pair.second()])) {
                different[i]++;
                any = true;
            }
        }
        return any;
    }
}
