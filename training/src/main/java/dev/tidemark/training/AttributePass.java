package dev.tidemark.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.reference.NoSnapshot;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.view.Model;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks up what the rows' vectors have of references: each row in the snapshots that were effective at its moment (rule X1), as
 * an answer at the moment did. Rows are taken in chunks, and those of a chunk in the order of their moments, so that a
 * snapshot is read once for each chunk, whatever the order of the spine.
 */
final class AttributePass {

    private static final int CHUNK_ROWS = 100_000;

    private final TrainingSetRequest request;
    private final Plan plan;
    private final JobFiles files;
    private final Inputs inputs;
    private final List<Model.ReferenceInput> references;
    private final List<String> names;
    private final List<String> attributes;

    /** A row of a chunk, by its place there. */
    private record Asked(int index, long number, long atMillis, List<String> keys) {}

    AttributePass(TrainingSetRequest request, Plan plan, JobFiles files, Inputs inputs) {
        this.request = request;
        this.plan = plan;
        this.files = files;
        this.inputs = inputs;
        this.references = request.references();
        this.names = references.stream().map(Model.ReferenceInput::reference).toList();
        this.attributes = request.attributes();
    }

    /** Writes the file of values and the report of snapshots, unless they are there. */
    void run() {
        Path file = files.attributes();
        if (references.isEmpty() || Files.exists(file)) {
            return;
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Map<String, Set<Long>> used = new HashMap<>();
        try (Spine spine = new Spine(request.spine(), request.spineOptions(), plan.targets());
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 16))) {
            List<Asked> chunk = new ArrayList<>();
            while (spine.next()) {
                chunk.add(new Asked(chunk.size(), spine.number(), spine.atMillis(), spine.lookedUp()));
                if (chunk.size() == CHUNK_ROWS) {
                    write(chunk, used, out);
                    chunk.clear();
                }
            }
            write(chunk, used, out);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + unfinished, e);
        } catch (Spine.BadRow e) {
            throw new TrainingSetProblem(e.getMessage() + "; the file has changed while it was read", e);
        }
        ObjectNode report = JobFiles.object();
        names.forEach(name -> used.getOrDefault(name, new TreeSet<>()).forEach(report.withArray("/" + name)::add));
        files.writeJson(JobFiles.reportOf(file), report);
        JobFiles.move(unfinished, file);
    }

    private void write(List<Asked> chunk, Map<String, Set<Long>> used, DataOutputStream out) throws IOException {
        @Nullable Object[][] found = new Object[chunk.size()][];
        List<Asked> byMoment = new ArrayList<>(chunk);
        byMoment.sort(Comparator.comparingLong(Asked::atMillis));
        for (Asked row : byMoment) {
            found[row.index()] = values(row, used);
        }
        for (Asked row : chunk) {
            out.writeLong(row.number());
            for (Object value : found[row.index()]) {
                FeatureValues.write(out, value);
            }
        }
    }

    private @Nullable Object[] values(Asked row, Map<String, Set<Long>> used) {
        Map<String, Snapshot> snapshots = snapshots(row.atMillis());
        Map<String, @Nullable Object> values = new HashMap<>();
        for (int i = 0; i < references.size(); i++) {
            String name = names.get(i);
            Snapshot snapshot = Objects.requireNonNull(snapshots.get(name));
            used.computeIfAbsent(name, added -> new TreeSet<>()).add(snapshot.number());
            references.get(i).addTo(values, snapshot, row.keys().get(i), row.atMillis());
        }
        return attributes.stream().map(values::get).toArray();
    }

    private Map<String, Snapshot> snapshots(long atMillis) {
        try {
            return Snapshots.at(Waiting.on(inputs.effective(names, atMillis, atMillis)), atMillis);
        } catch (NoSnapshot e) {
            throw new TrainingSetProblem(String.valueOf(e.getMessage()), e);
        }
    }
}
