package dev.tidemark.cli.readme;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is what happens: its commands are performed, its output compared, its links followed. */
class ReadmeTest {

    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long POLL_MILLIS = 50;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");

    @TempDir
    private Path folder;

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Test
    void itsCommandsDoWhatItSays() throws Exception {
        assertThat(perform(readme()))
                .contains(
                        "./tidemark run",
                        "./tidemark monitor",
                        "./tidemark validate",
                        "./tidemark put",
                        "./tidemark get",
                        "aws kinesis",
                        "curl -s");
    }

    @Test
    void theCommandsOfTheTrainingSetsPageDoWhatItSays() throws Exception {
        assertThat(perform(Files.readString(ROOT.resolve("docs/training-sets.md"))))
                .contains(
                        "./tidemark training-set",
                        "cat buyers/training-set.csv",
                        "cat discounts/training-set.csv",
                        "cat views/training-set.csv");
    }

    private List<String> perform(String page) throws Exception {
        List<ReadmeBlock> blocks = ReadmeBlock.of(page);
        try (ReadmeShell shell = new ReadmeShell(ROOT, folder)) {
            for (int i = 0; i < blocks.size(); i++) {
                ReadmeBlock block = blocks.get(i);
                if (!block.language().equals("sh")) {
                    continue;
                }
                if (i + 1 < blocks.size() && blocks.get(i + 1).language().equals("json")) {
                    compareOnceFolded(
                            shell, block, json.readTree(blocks.get(i + 1).text()));
                } else if (i + 1 < blocks.size() && blocks.get(i + 1).language().equals("csv")) {
                    assertThat(withoutTimes(shell.perform(block.text())))
                            .isEqualTo(withoutTimes(blocks.get(i + 1).text()));
                } else {
                    shell.perform(block.text());
                }
            }
            return shell.performed();
        }
    }

    private static String withoutTimes(String text) {
        return text.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "…");
    }

    @Test
    void itsCatalogIsTheSample() throws Exception {
        List<String> catalogs = ReadmeBlock.of(readme()).stream()
                .filter(block -> block.language().equals("yaml"))
                .map(ReadmeBlock::text)
                .toList();

        assertThat(catalogs).containsExactly(Files.readString(ROOT.resolve("samplesevents/hello/catalog.yaml")));
    }

    @Test
    void itsLinksLeadSomewhere() throws Exception {
        List<String> missing = new ArrayList<>();
        Matcher link = LINK.matcher(readme());
        while (link.find()) {
            if (!Files.exists(ROOT.resolve(link.group(1)))) {
                missing.add(link.group(1));
            }
        }

        assertThat(missing).isEmpty();
    }

    @Test
    void itCountsTheFunctions() throws Exception {
        int functions = dev.tidemark.core.aggregate.AggregateFunctions.all().size();

        assertThat(readme()).contains(functions + " functions");
    }

    /** Events are folded a moment after they were put, and the lane is caught up a moment after that. */
    private void compareOnceFolded(ReadmeShell shell, ReadmeBlock block, JsonNode shown) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        JsonNode answer = json.readTree(shell.perform(block.text()));
        while (!(valuesOf(answer).equals(valuesOf(shown)) && members(answer).equals(members(shown)))
                && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            answer = json.readTree(shell.perform(block.text()));
        }
        assertThat(valuesOf(answer)).isEqualTo(valuesOf(shown));
        assertThat(members(answer)).isEqualTo(members(shown));
        assertThat(answer.path("receipt").path("catalog"))
                .isEqualTo(shown.path("receipt").path("catalog"));
        assertThat(answer.path("receipt").path("view"))
                .isEqualTo(shown.path("receipt").path("view"));
    }

    /** {@code tidemark get} prints the values alone. */
    private static JsonNode valuesOf(JsonNode answer) {
        return answer.has("features") ? answer.path("features") : answer;
    }

    /** The paths of all members; which lanes there are is left to the run. */
    private static Set<String> members(JsonNode node) {
        Set<String> paths = new TreeSet<>();
        collect("", node, paths);
        return paths;
    }

    private static void collect(String path, JsonNode node, Set<String> paths) {
        node.fieldNames().forEachRemaining(name -> {
            String member = path + "/" + name;
            paths.add(member);
            if (!member.equals("/receipt/lanes") && !member.equals("/receipt/ahead")) {
                collect(member, node.path(name), paths);
            }
        });
    }

    private static String readme() throws Exception {
        return Files.readString(ROOT.resolve("README.md"));
    }
}
