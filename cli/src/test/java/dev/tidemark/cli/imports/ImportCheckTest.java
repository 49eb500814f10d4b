package dev.tidemark.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** {@code import check} and {@code import reconcile} against a local run. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImportCheckTest {

    /** Events of the stream happened around it. */
    private static Instant seam;

    @TempDir
    private static Path folder;

    private static int port;
    private static RunningCommand system;

    @BeforeAll
    static void start() throws Exception {
        seam = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(2, ChronoUnit.HOURS);
        port = FreePorts.fourInARow();
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), """
                tidemark: 1
                sources:
                  shop: {stream: shop, event_time: ts, event_id: id, history: {until: %s}}
                  other: {stream: other, event_time: ts}
                views:
                  buyer:
                    source: shop
                    entity: user
                    features:
                      spent: {function: sum, input: price, windows: [1d]}
                  visitor:
                    source: other
                    entity: user
                    features:
                      visits: {function: count, windows: [1d]}
                """.formatted(seam));
        system = RunningCommand.start(port, List.of("--catalog", catalog.toString(), "--no-samples"));
        StringBuilder events = new StringBuilder();
        for (int minute = -30; minute < 60; minute++) {
            events.append(event(minute)).append('\n');
        }
        Command put = Command.runWithInput(
                events.toString(),
                "put",
                "--stream",
                "shop",
                "--key",
                "user",
                "--wait",
                "--port",
                Integer.toString(port));
        assertThat(put.exitCode()).as(put.out() + put.err()).isZero();
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @Test
    void aGoodExportIsClean() throws IOException {
        Command check = check(export(-600, 60, 0), "--value", "price");

        assertThat(check.exitCode()).as(check.out() + check.err()).isZero();
        assertThat(check.out())
                .startsWith("660 rows in the export\ncompared by event id, event times from ")
                .contains("with the seam at " + seam + ": 0 events lost, 0 counted twice")
                .contains("-- seam " + seam)
                .endsWith("nothing was found that speaks against this import\n");
        assertThat(check.out().lines().filter(line -> line.startsWith(seam.toString())))
                .singleElement()
                .asString()
                .containsPattern("Z +60 +0 +0 +90 +90");
    }

    @Test
    void whatWouldBeLostIsSaidAndWhichSeamIsBetter() throws IOException {
        Command check = check(export(-600, -14, 0));

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out())
                .contains("LOST: with the seam at " + seam + ", 14 events would be lost")
                .contains("any other hour not fewer");
    }

    @Test
    void duplicatesLocalTimesAndBadRowsAreNamed() throws IOException {
        Path repeated = export(-600, 60, 0);
        Files.writeString(repeated, Files.readString(repeated) + row(7, 0) + "e,x,no time,1\n");
        Command check = check(repeated);

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out())
                .contains("REPEATED_IDS: 2 rows of the export share an event id: 'e7' (2 rows)")
                .contains("orders.csv:663", "and 1 that cannot be read as events");
        assertThat(check(export(-600, 60, 120)).out()).contains("LOCAL_TIMES", "UTC+02:00");
    }

    @Test
    void whatIsInNoImportIsWrittenForASecondOne() throws IOException {
        Path out = folder.resolve("late.jsonl");
        Command reconcile =
                tidemark("import", "reconcile", "--source", "shop", "--out", out.toString(), "--limit", "2");

        assertThat(reconcile.exitCode()).as(reconcile.err()).isZero();
        assertThat(reconcile.out())
                .contains(", id e-30\n", "... and 28 more: show them with --limit\n")
                .contains("30 events in no import, of 30 that came on the stream and happened before the seam");
        assertThat(Files.readAllLines(out)).hasSize(30).first().isEqualTo(event(-30));
        assertThat(tidemark("import", "reconcile", "--source", "shop", "--out", out.toString())
                        .err())
                .contains("cannot write " + out, "it must be a new file");
        assertThat(tidemark("import", "reconcile", "--source", "shop", "--to", seam.toString())
                        .out())
                .startsWith("0 events in no import");
    }

    /** After this the source has an import. */
    @Test
    @Order(Integer.MAX_VALUE)
    void rowsThatShareAnIdAreRefusedAndWhatIsImportedIsInNoNeedOfReconciling() throws IOException {
        Path export = export(-600, 60, 0);
        String good = Files.readString(export);
        Files.writeString(export, good + row(-7, 0));
        assertThat(imported(export).err())
                .contains("1 event id of these rows would count more than once", "e-7: ", ":595", ":662");
        Files.writeString(export, good);
        Command dry = imported(export, "--work-dir", folder.toString());
        Matcher estimate = Pattern.compile("\n(\\d+ items?) of \\d+ write units?, \\$0\\.00: counted by folding them in"
                        + " memory\\. Nothing was written\\. Run it again with --yes\\.\n")
                .matcher(dry.out());
        assertThat(estimate.find()).as(dry.out() + dry.err()).isTrue();
        assertThat(tidemark("import", "status").out()).isEqualTo("There are no imports.\n");
        Command run = imported(export, "--yes");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).endsWith("Import 1 is done: 660 rows, " + estimate.group(1) + " written\n");
        assertThat(imported(export, "--yes").out()).contains("Import 1 goes on", "660 rows, 0 items written");

        assertThat(tidemark("get", "buyer", "ann").out()).contains("\"spent_1d\" : 990");
        assertThat(imported(export(-601, -599, 0)).err())
                .contains("e-600: import 1, ")
                .doesNotContain("e-601");
        assertThat(imported(export(-700, -690, 0)).err())
                .contains("orders.csv has changed since import 1 read it", "give what is new a file of its own");
        assertThat(tidemark("import", "reconcile", "--source", "shop").out())
                .startsWith("0 events in no import, of 30 that came on the stream");

        Path more = Files.move(export(-602, -598, 0), folder.resolve("more.csv"));
        Files.writeString(more, Files.readString(more) + row(-602, 0));
        assertThat(imported(more, "--same-id", "drop", "--yes").out())
                .contains("3 rows dropped, whose event ids others have", "Import 2 is done: 2 rows, ");
        assertThat(tidemark("get", "buyer", "ann").out()).contains("\"spent_1d\" : 993");
    }

    private static Command imported(Path export, String... more) throws IOException {
        return run("run", export, more);
    }

    private static Path map() throws IOException {
        return Files.writeString(folder.resolve("orders.map.yaml"), """
                format: csv
                columns: {id: order_id, user: customer, ts: bought, price: {column: amount, as: number}}
                """);
    }

    @Test
    void mistakesAreToldWithARemedy() throws IOException {
        assertThat(tidemark("import", "reconcile", "--source", "shops").err())
                .contains("the catalog has no source 'shops'; there are: shop, other");
        assertThat(tidemark("import", "reconcile", "--source", "other").err())
                .contains("source 'other' has no seam", "history: {until:");
        assertThat(tidemark("import", "check", "--source", "shop", "--files", "none.csv")
                        .err())
                .contains("none.csv: there is no such file");
        Path export = export(0, 1, 0);
        assertThat(check(export, "--around", "long").err())
                .contains("--around 'long' is no duration: write it like 6h");
        assertThat(check(export, "--value", "..").err()).contains("--value names a field such as amount");
    }

    private static Command check(Path export, String... more) throws IOException {
        return run("check", export, more);
    }

    private static Command run(String command, Path export, String... more) throws IOException {
        return tidemark(Stream.concat(
                        Stream.of(
                                "import",
                                command,
                                "--source",
                                "shop",
                                "--files",
                                export.toString(),
                                "--map",
                                map().toString()),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }

    /** @param zoneMinutes how far its clock is ahead of UTC, without saying so */
    private static Path export(int fromMinute, int toMinute, int zoneMinutes) throws IOException {
        StringBuilder rows = new StringBuilder("order_id,customer,bought,amount\n");
        for (int minute = fromMinute; minute < toMinute; minute++) {
            rows.append(row(minute, zoneMinutes));
        }
        return Files.writeString(folder.resolve("orders.csv"), rows);
    }

    private static String row(int minute, int zoneMinutes) {
        return "e" + minute + ",ann," + seam.plus(minute + zoneMinutes, ChronoUnit.MINUTES) + ",1.50\n";
    }

    private static String event(int minute) {
        return "{\"id\":\"e" + minute + "\",\"user\":\"ann\",\"ts\":\"" + seam.plus(minute, ChronoUnit.MINUTES)
                + "\",\"price\":1.5}";
    }
}
