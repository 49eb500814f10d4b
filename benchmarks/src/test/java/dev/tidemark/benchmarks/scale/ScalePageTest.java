package dev.tidemark.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tidemark.core.archive.CompactionSettings;
import dev.tidemark.core.catalog.PublishedFile;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.fold.FoldSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/scale.md is what the arithmetic gives, and the arithmetic begins with what the code and the benchmarks say. */
class ScalePageTest {

    private static final String PAGE = "scale.md";
    private static final Figures MILLION = new Figures(1e6);

    @Test
    void theTablesAreTheArithmetic() throws IOException {
        String page = PublishedFile.read(PAGE);
        String expected = page;
        for (Map.Entry<String, String> table : ScaleTables.all().entrySet()) {
            String begin = "<!-- " + table.getKey() + ": generated, see ScalePageTest -->\n";
            int from = expected.indexOf(begin);
            int to = expected.indexOf("<!-- end of " + table.getKey() + " -->");
            assertThat(from).as("beginning of %s", table.getKey()).isNotNegative();
            assertThat(to).as("end of %s", table.getKey()).isGreaterThan(from);
            expected = expected.substring(0, from + begin.length()) + table.getValue() + expected.substring(to);
        }

        PublishedFile.assertUpToDate(PAGE, expected, getClass());
    }

    @Test
    void whatTheCodeSaysIsWhatItSays() throws IOException {
        assertThat(MILLION.value("putsInFlight")).isEqualTo(FoldSettings.DEFAULT.maxPutsInFlight());
        assertThat(MILLION.value("parallelScans")).isEqualTo(CheckpointSettings.DEFAULT.parallelScans());
        assertThat(MILLION.value("compactTargetBytes")).isEqualTo((double) CompactionSettings.DEFAULT.targetBytes());

        String template = Files.readString(Path.of("..", "infra", "template.yaml"));
        assertThat(MILLION.value("batchEvents"))
                .isEqualTo(number(template, "BatchSize:\\s+Type: Number\\s+Default: (\\d+)"));
        assertThat(MILLION.value("templateShards"))
                .isEqualTo(number(
                        template, "StreamShards:\\s+Type: Number\\s+Default: 0\\s+MinValue: 0\\s+MaxValue: (\\d+)"));
        assertThat(MILLION.value("memoryGb") * 1_024).isEqualTo(number(template, "MemorySize: (\\d+)"));
        assertThat(MILLION.value("compactTargetBytes")).isEqualTo(number(template, "\"targetBytes\": (\\d+)"));
        assertThat(MILLION.value("compactHours")).isEqualTo(number(template, "\"lookBackHours\": (\\d+)"));
        assertThat(MILLION.value("compactSeconds") + 120).isEqualTo(number(template, "Timeout: (900)"));
    }

    @Test
    void whatWasMeasuredIsWhatPerformanceSays() throws IOException {
        List<String> costs = row("| 30m + 24h | 30s, hour |");

        assertThat(costs.get(1).split(", ")).hasSize((int) MILLION.value("widths"));
        assertThat(numbers(costs.get(2))).endsWith(MILLION.value("itemsPerEvent"), MILLION.value("itemsPerEventLarge"));
        assertThat(numbers(costs.get(3))).containsExactly(MILLION.value("writeUnitsPerEvent"));
        assertThat(numbers(costs.get(5))).containsExactly(MILLION.value("itemBytes"), MILLION.value("itemBytesFull"));
        assertThat(numbers(costs.get(6)))
                .containsExactly(MILLION.value("readUnitsWarm"), MILLION.value("readUnitsCold"));
        assertThat(numbers(costs.get(9))).endsWith(MILLION.value("unitsPerQuery"));
        assertThat(numbers(row("| 30m + 24h | 0.31 : 1").get(4))).startsWith(MILLION.value("rawToTidemarkReads"));
        assertThat(numbers(row("| CRT, with TLS and answers after 5 ms").get(1)))
                .containsExactly(MILLION.value("putCpuMicros"));
    }

    /** By hand, so that a mistake in the arithmetic does not go unseen. */
    @Test
    void aMillionEventsASecondByHand() {
        assertThat(MILLION.value("shards")).isEqualTo(1_429);
        assertThat(MILLION.value("batches")).isEqualTo(1_000);
        assertThat(MILLION.value("writeUnits")).isEqualTo(630_000);
        assertThat(MILLION.value("tableBytes")).isEqualTo(240e9);
        // 620 writes: 1.7 ms of folding, 62 ms in the SDK, and 30 ms of other round trips.
        assertThat(MILLION.value("batchSeconds")).isBetween(0.093, 0.094);
        // 0.63 million units for 2.628 million seconds, at $0.625 a million.
        assertThat(MILLION.value("writes")).isBetween(1_034_774.0, 1_034_776.0);
    }

    @Test
    void whatTheItemsCostIsWhatAllCostsTogether() {
        double sum = Figures.section("dollars")
                .skip(1)
                .takeWhile(row -> !row.startsWith("**together**"))
                .mapToDouble(row -> MILLION.value(row.split(" \\| ")[1]))
                .sum();

        assertThat(sum).isCloseTo(MILLION.value("together"), within(0.001));
    }

    /** The page says these in words, which no table keeps up to date. */
    @Test
    void whatThePageSaysInWordsIsSo() {
        assertSaid("about 1.3 million dollars", "together", 1.25e6, 1.35e6);
        assertSaid("half of that", "(together - writes + writesProvisioned) / together", 0.45, 0.55);
        assertSaid("79 %", "shareOfWrites", 0.785, 0.795);
        assertSaid("a sixth of the shards", "shards / aggregatedShards", 5.5, 6.5);
        assertSaid("pay a seventeenth", "kinesis / kinesisAggregated", 16.5, 17.5);
        assertSaid("nearly six times", "kinesisOnDemand / kinesis", 5.5, 6.0);
        assertSaid("a fifteenth of the time", "batchFillSeconds / batchSeconds", 14.5, 15.5);
        assertSaid("fifteen times as fast", "laneEvents / shardEvents", 14.5, 15.5);
        assertSaid("almost seven hours", "compactionSeconds / 3600", 6.5, 7.0);
        assertSaid("less than two days, at a thousand events", "auditHours * events / 1000", 36.0, 48.0);
        assertSaid("less than three minutes", "auditHours * 60", 2.0, 3.0);
        assertSaid("five cores", "replayCores", 5, 5);
        assertSaid("about 50 cents a million events", "together / 2628000", 0.45, 0.54);
        assertSaid("some sixty thousand events a second", "tableUnits / writeUnitsPerEvent", 60_000.0, 65_000.0);
    }

    @Test
    void whatStopsFirstComesFirst() {
        List<Double> from = ScaleTables.limits().stream()
                .map(ScaleTables.Limit::eventsPerSecond)
                .toList();

        assertThat(from).isSorted().allMatch(events -> events > 1_000);
    }

    /** Otherwise a slip in an expression might give a number that looks right. */
    @Test
    void expressionsAreReckonedAsUsual() {
        assertThat(MILLION.value("2 + 3 * 4 - 10 / 4 / 5")).isEqualTo(13.5);
        assertThat(MILLION.value("10 - 4 - 3")).isEqualTo(3);
        assertThat(MILLION.value("max(2, ceil((events + 1) / 1000000)) * 2")).isEqualTo(4);
        assertThatThrownBy(() -> MILLION.value("sharks * 2")).hasMessageContaining("there is no sharks");
        assertThatThrownBy(() -> MILLION.value("(2 + 3")).hasMessageContaining("\")\" expected");
        assertThatThrownBy(() -> MILLION.value("2 3")).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertSaid(String words, String expression, double from, double to) {
        assertThat(MILLION.value(expression)).as(words).isBetween(from, to);
    }

    private static double number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    /** The cells of a row of docs/performance.md. */
    private static List<String> row(String beginning) throws IOException {
        String line = PublishedFile.read("performance.md")
                .lines()
                .filter(each -> each.startsWith(beginning))
                .findFirst()
                .orElseThrow();
        return Stream.of(line.split("\\|"))
                .map(String::strip)
                .filter(cell -> !cell.isEmpty())
                .toList();
    }

    private static List<Double> numbers(String cell) {
        return Pattern.compile("\\d+(\\.\\d+)?")
                .matcher(cell.replace(",", " ").replaceAll("(?<=\\d) (?=\\d{3}\\b)", ""))
                .results()
                .map(number -> Double.parseDouble(number.group()))
                .toList();
    }
}
