package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The profiles of training sets, which are deployed beside the catalog. */
public interface Baselines {

    /** Without a deployment nothing is beside the catalog. */
    Baselines NONE = set -> null;

    /** More than the profiles of the widest vector have. */
    long MAX_BYTES = 32L * 1024 * 1024;

    /**
     * Reads the profile of a training set.
     *
     * @return null if there are no files here
     * @throws Unanswerable if the file cannot be read, or is none
     */
    @Nullable
    TrainingProfile read(Monitor.TrainingSet set);

    /** In the folder of a catalog; paths are relative to it. */
    static Baselines beside(Path catalog) {
        ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        return set -> {
            Path named = catalog.resolveSibling(set.path());
            Path file = Files.isDirectory(named) ? named.resolve(TrainingProfile.FILE) : named;
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                byte[] bytes = in.readNBytes((int) MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw unreadable(set, "it has more than " + MAX_BYTES + " bytes");
                }
                return TrainingProfile.of(json.readValue(bytes, Object.class));
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw unreadable(set, "it is no profile of a training set");
            } catch (IOException e) {
                throw unreadable(set, String.valueOf(e.getMessage()));
            }
        };
    }

    private static Unanswerable unreadable(Monitor.TrainingSet set, String why) {
        return new Unanswerable(
                "the baseline " + Quoted.of(set.path()) + " cannot be read: " + why,
                "put the training set's " + TrainingProfile.FILE + " beside the catalog, and name it relative to that");
    }
}
