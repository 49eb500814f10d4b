package dev.tidemark.kinesis.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;

/**
 * A small JSON file that is replaced in one step: {@code {"crc32": …, "content": …}}, where the sum is that of the
 * content's compact form. Without a sum a changed digit would not be noticed. Files of earlier versions, which have the
 * content alone, are read too.
 */
public final class CheckedFile {

    private static final String SUM = "crc32";
    private static final String CONTENT = "content";
    private static final ObjectMapper JSON = new ObjectMapper();

    private CheckedFile() {}

    /**
     * Replaces the file: a reader sees the old content or the new one.
     *
     * @throws IOException the disk refuses it; the old content stays
     */
    public static void write(Path file, Object content) throws IOException {
        JsonNode tree = JSON.valueToTree(content);
        ObjectNode whole = JSON.createObjectNode().put(SUM, sum(tree)).set(CONTENT, tree);
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.write(temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(whole));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * The content written last.
     *
     * @throws DamagedFile if the file holds anything else
     */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            JsonNode whole = JSON.readTree(bytes);
            JsonNode content = whole.get(CONTENT);
            if (content != null && whole.path(SUM).asLong(-1) != sum(content)) {
                throw new DamagedFile(file, "is damaged: its checksum is not that of its content");
            }
            T value = JSON.treeToValue(content == null ? whole : content, type);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            // The parser's position does not help, because only this program writes the file.
            throw new DamagedFile(file, "is damaged or was cut: it is not what Tidemark wrote");
        }
        throw new DamagedFile(file, "is damaged: it is empty");
    }

    private static long sum(JsonNode content) throws JsonProcessingException {
        CRC32 crc = new CRC32();
        crc.update(JSON.writeValueAsBytes(content));
        return crc.getValue();
    }
}
