package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Monitor.TrainingSet.S3Object;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The profiles of training sets, which are deployed beside the catalog or lie in S3. */
public interface Baselines {

    /** Without a deployment nothing is beside the catalog. */
    Baselines NONE = set -> null;

    /** More than the profiles of the widest vector have. */
    int MAX_BYTES = 32 * 1024 * 1024;

    /**
     * Reads the profile of a training set.
     *
     * @return null if there are no files here
     * @throws Unanswerable if the file cannot be read, or is none
     */
    @Nullable
    TrainingProfile read(Monitor.TrainingSet set);

    /**
     * In the folder of a catalog, to which paths are relative, or in S3. What was read in S3 is kept, for a training set is
     * written once.
     */
    static Baselines of(Path catalog, S3Reader objects) {
        Map<S3Object, TrainingProfile> kept = new ConcurrentHashMap<>();
        return set -> {
            S3Object object = set.object(TrainingProfile.FILE).orElse(null);
            if (object == null) {
                return beside(catalog, set);
            }
            TrainingProfile known = kept.get(object);
            if (known == null) {
                known = inS3(objects, object, set);
                kept.put(object, known);
            }
            return known;
        };
    }

    private static TrainingProfile beside(Path catalog, Monitor.TrainingSet set) {
        Path named = catalog.resolveSibling(set.path());
        Path file = Files.isDirectory(named) ? named.resolve(TrainingProfile.FILE) : named;
        try (InputStream in = Files.newInputStream(file)) {
            return profile(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new Unanswerable(
                    unreadable(set, e),
                    "put the training set's " + TrainingProfile.FILE
                            + " beside the catalog, and name it relative to that");
        }
    }

    private static TrainingProfile inS3(S3Reader objects, S3Object object, Monitor.TrainingSet set) {
        try {
            // One more, to tell a larger one.
            byte[] bytes =
                    objects.read(object.bucket(), object.key(), MAX_BYTES + 1).join();
            if (bytes.length > MAX_BYTES) {
                throw tooLarge();
            }
            return profile(new ByteArrayInputStream(bytes));
        } catch (CompletionException | IOException | IllegalArgumentException e) {
            throw new Unanswerable(
                    unreadable(set, e),
                    "put the training set's " + TrainingProfile.FILE
                            + " there, and let the stack's MonitorBaselines name " + object.arn());
        }
    }

    private static TrainingProfile profile(InputStream zipped) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        try (InputStream in = new GZIPInputStream(zipped)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw tooLarge();
            }
            return TrainingProfile.of(json.readValue(bytes, Object.class));
        }
    }

    private static IOException tooLarge() {
        return new IOException("it has more than " + MAX_BYTES + " bytes");
    }

    private static String unreadable(Monitor.TrainingSet set, Exception failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String why = String.valueOf(cause.getMessage());
        if (cause instanceof JsonProcessingException || cause instanceof IllegalArgumentException) {
            why = "it is no profile of a training set";
        } else if (cause instanceof NoSuchFileException) {
            why = "there is no file " + why;
        } else if (cause instanceof S3Exception refused
                && (refused.statusCode() == 404 || refused.statusCode() == 403)) {
            why = "there is no such object, or it may not be read";
        }
        return "the baseline " + Quoted.of(set.path()) + " cannot be read: " + why;
    }
}
