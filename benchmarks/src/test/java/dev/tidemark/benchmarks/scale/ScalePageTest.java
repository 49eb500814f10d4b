package dev.tidemark.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void theTablesAreTheArithmetic() throws IOException {
        String page = PublishedFile.read(PAGE);
        String expected = page;
        for (Map.Entry<String, String> table : ScaleReport.tables().entrySet()) {
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
        assertThat(Fact.PUTS_IN_FLIGHT.value).isEqualTo(FoldSettings.DEFAULT.maxPutsInFlight());
        assertThat(Fact.PARALLEL_SCANS.value).isEqualTo(CheckpointSettings.DEFAULT.parallelScans());
        assertThat(Fact.COMPACT_TARGET_BYTES.value).isEqualTo((double) CompactionSettings.DEFAULT.targetBytes());

        String template = Files.readString(Path.of("..", "infra", "template.yaml"));
        assertThat(Fact.BATCH_EVENTS.value)
                .isEqualTo(number(template, "BatchSize:\\s+Type: Number\\s+Default: (\\d+)"));
        assertThat(Fact.TEMPLATE_SHARDS.value)
                .isEqualTo(number(
                        template, "StreamShards:\\s+Type: Number\\s+Default: 0\\s+MinValue: 0\\s+MaxValue: (\\d+)"));
        assertThat(Fact.MEMORY_GB.value * 1_024).isEqualTo(number(template, "MemorySize: (\\d+)"));
        assertThat(Fact.COMPACT_TARGET_BYTES.value).isEqualTo(number(template, "\"targetBytes\": (\\d+)"));
        assertThat(Fact.COMPACT_HOURS.value).isEqualTo(number(template, "\"lookBackHours\": (\\d+)"));
        assertThat(Fact.COMPACT_SECONDS.value + 120).isEqualTo(number(template, "Timeout: (900)"));
    }

    @Test
    void whatWasMeasuredIsWhatPerformanceSays() throws IOException {
        List<String> costs = row("| 30m + 24h | 30s, 1h |");

        assertThat(numbers(costs.get(1))).hasSize((int) Fact.WIDTHS.value);
        assertThat(numbers(costs.get(2))).endsWith(Fact.ITEMS_PER_EVENT.value, Fact.ITEMS_PER_EVENT_LARGE.value);
        assertThat(numbers(costs.get(3))).containsExactly(Fact.WRITE_UNITS_PER_EVENT.value);
        assertThat(numbers(costs.get(5))).containsExactly(Fact.ITEM_BYTES.value, Fact.ITEM_BYTES_FULL.value);
        assertThat(numbers(costs.get(6))).containsExactly(Fact.READ_UNITS_WARM.value, Fact.READ_UNITS_COLD.value);
        assertThat(numbers(costs.get(9))).containsOnly(Fact.UNITS_PER_QUERY.value);
        assertThat(numbers(row("| 30m + 24h | 0.59 : 1").get(4))).startsWith(Fact.RAW_TO_TIDEMARK_READS.value);
    }

    /** By hand, so that a mistake in the arithmetic does not go unseen. */
    @Test
    void aMillionEventsASecondByHand() {
        Load million = new Load(1e6);

        assertThat(million.shards()).isEqualTo(1_429);
        assertThat(million.batches()).isEqualTo(1_000);
        assertThat(million.writeUnits()).isEqualTo(1_200_000);
        assertThat(million.tableBytes()).isEqualTo(116.8e9);
        // 1,200 writes: 3.7 ms of folding, 180 ms in the SDK, and 30 ms of other round trips.
        assertThat(Load.batchSeconds()).isBetween(0.213, 0.214);
        // 1.2 million units for 2.628 million seconds, at $0.625 a million.
        assertThat(new Bill(million).writes()).isBetween(1_970_999.0, 1_971_001.0);
        assertThat(new Bill(million).total())
                .isEqualTo(new Bill(million)
                        .items().values().stream()
                                .mapToDouble(Double::doubleValue)
                                .sum());
    }

    /** The page says these in words, which no table keeps up to date. */
    @Test
    void whatThePageSaysInWordsIsSo() {
        Load million = new Load(1e6);
        Bill bill = new Bill(million);

        assertThat(bill.total()).as("about 2.3 million dollars").isBetween(2.25e6, 2.35e6);
        assertThat(bill.totalProvisioned() / bill.total()).as("half of that").isBetween(0.45, 0.55);
        assertThat(bill.shareOfWrites()).as("86 %").isBetween(0.855, 0.865);
        assertThat(million.shards() / million.aggregatedShards())
                .as("a sixth of the shards")
                .isBetween(5.5, 6.5);
        assertThat(bill.kinesis() / bill.kinesisAggregated())
                .as("pay a seventeenth")
                .isBetween(16.5, 17.5);
        assertThat(bill.kinesisOnDemand() / bill.kinesis())
                .as("nearly six times")
                .isBetween(5.5, 6.0);
        assertThat(Load.laneEventsPerSecond() / 700)
                .as("more than six times as fast")
                .isBetween(6.0, 7.0);
        assertThat(million.compactionSeconds() / 3_600).as("almost seven hours").isBetween(6.5, 7.0);
        assertThat(new Load(1_000).auditHours()).as("less than two days").isBetween(36.0, 48.0);
        assertThat(million.auditHours() * 60).as("less than three minutes").isBetween(2.0, 3.0);
        assertThat(million.replayCores()).as("five cores").isEqualTo(5);
        assertThat(bill.total() / 2.628e6).as("about 90 cents a million events").isBetween(0.85, 0.94);
        assertThat(Fact.TABLE_UNITS.value / Fact.WRITE_UNITS_PER_EVENT.value)
                .as("some thirty thousand events a second")
                .isBetween(30_000.0, 35_000.0);
    }

    @Test
    void whatStopsFirstComesFirst() {
        List<Double> from =
                Limits.inOrder().stream().map(Limits.Limit::eventsPerSecond).toList();

        assertThat(from).isSorted().allMatch(events -> events > 1_000);
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
