package dev.tidemark.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one training set: the results and their manifest in its folder, what a resumed job needs in {@code
 * .work} below. A file under its final name is complete: it is written under another name and renamed.
 */
final class JobFiles {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path out;
    private final Path work;

    JobFiles(Path out) {
        this.out = out;
        this.work = out.resolve(".work");
    }

    Path out() {
        return out;
    }

    /** Made last: the set is complete if and only if it exists. */
    Path manifest() {
        return out.resolve("training-set.json");
    }

    Path result(TrainingSetRequest.Format format) {
        return out.resolve(format == TrainingSetRequest.Format.CSV ? "training-set.csv" : "training-set.parquet");
    }

    /** How the columns are distributed. */
    Path profile() {
        return out.resolve("profile.json.gz");
    }

    /** Where a file of the set is written before it gets its name. */
    Path unfinished(Path file) {
        return work.resolve(file.getFileName());
    }

    Path job() {
        return work.resolve("job.json");
    }

    Path rows() {
        return work.resolve("rows");
    }

    /** The spine that is made of events: what was asked for, and how it went. */
    Path spineReport() {
        return work.resolve("spine.json");
    }

    /** The rows that a lane's events give. */
    Path spineRows(String laneId) {
        return work.resolve("spine-" + laneId);
    }

    static Path reportOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".json");
    }

    Path events(String laneId) {
        return work.resolve("events-" + laneId);
    }

    Path eventsReport(String laneId) {
        return reportOf(events(laneId));
    }

    Path answers(int bucket) {
        return work.resolve("answers-" + bucket);
    }

    /** What the rows find in the model's references. */
    Path attributes() {
        return work.resolve("attributes");
    }

    /** Which of a partition's answers may be inexact. */
    Path answersReport(int bucket) {
        return reportOf(answers(bucket));
    }

    /** Every finished file of events. */
    List<Path> allEvents() {
        return finished("events-");
    }

    /** Every finished file whose name begins like this, without reports. */
    List<Path> finished(String prefix) {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(prefix) && !name.endsWith(".json") && !name.endsWith(".unfinished");
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + work, e);
        }
    }

    void createFolders() {
        try {
            Files.createDirectories(work);
        } catch (IOException e) {
            throw new TrainingSetProblem(
                    "cannot make the folder " + work + ": name a folder that can be written with --out", e);
        }
    }

    @Nullable
    JsonNode readJson(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new TrainingSetProblem(
                    file + " was changed after it was written: remove the folder " + out + " and start anew", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    void writeJson(Path file, ObjectNode content) {
        Path unfinished = work.resolve(file.getFileName() + ".unfinished");
        try {
            Files.write(unfinished, JSON.writeValueAsBytes(content));
            move(unfinished, file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** @throws TrainingSetProblem if another job has begun here, or was completed */
    void checkSame(ObjectNode identity, JsonNode other) {
        List<String> differing = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        identity.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            // As texts: a number that was read again is of another type.
            if (!identity.path(name).toString().equals(other.path(name).toString())) {
                differing.add(name);
            }
        }
        if (!differing.isEmpty()) {
            throw new TrainingSetProblem(out + " holds another training set, or a part of one (other "
                    + String.join(", ", differing) + "): name another folder with --out, or remove this one");
        }
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot rename " + from, e);
        }
    }

    void removeWork() {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + work, e);
        }
    }

    static String sha256(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new TrainingSetProblem("cannot read " + file + ": give the path of a readable file", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
