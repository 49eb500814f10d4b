package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.view.WriteCost;
import dev.tidemark.samplesevents.Sample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the commands say, above all when something is wrong: problem and remedy, and the right exit code. */
class CommandsTest {

    private static final String STREAM = Sample.HELLO.stream();

    @TempDir
    private static Path folder;

    private static RunningCommand system;

    @BeforeAll
    static void start() throws Exception {
        Path catalog = Files.writeString(folder.resolve("hello.yaml"), Sample.HELLO.catalog());
        system = RunningCommand.start(List.of("--catalog", catalog.toString()));
    }

    @AfterAll
    static void stop() {
        system.close();
        // What is in flight is folded first, and told.
        assertThat(system.output()).contains("Stopping.\n");
    }

    static Stream<CommandLine> commands() {
        return within(Main.commandLine());
    }

    private static Stream<CommandLine> within(CommandLine command) {
        return command.getSubcommands().values().stream().flatMap(each -> Stream.concat(Stream.of(each), within(each)));
    }

    private static Command runWith(CommandLine command, String option) {
        return Command.run(
                (command.getCommandSpec().qualifiedName().replace("tidemark ", "") + " " + option).split(" "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpExplainsEveryOption(CommandLine command) {
        Command help = runWith(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: " + command.getCommandSpec().qualifiedName());
        for (OptionSpec option : command.getCommandSpec().options()) {
            assertThat(help.out()).contains(option.longestName());
            assertThat(String.join(" ", option.description()))
                    .as(option.longestName())
                    .endsWith(".");
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandKnowsTheVersion(CommandLine command) {
        assertThat(runWith(command, "--version").out()).startsWith("tidemark 0.");
    }

    @Test
    void noCommandIsWrongUsage() {
        Command command = Command.run();

        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.err())
                .contains("Missing required subcommand", "validate", "put", "get", "run", "quarantine");
        assertThat(Command.run("quarantine").err()).contains("Missing required subcommand", "list", "show", "redrive");
    }

    @Test
    void validateReportsEveryProblemWithItsPlaceAndRemedy() throws Exception {
        Path catalog = Files.writeString(folder.resolve("bad.yaml"), """
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts}
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    features:
                      avg_price:
                        function: average
                        input: price
                        windows: [30m]
                      views:
                        function: count
                        windows: [7s]
                        colour: red
                """);

        Command command = Command.run("validate", catalog.toString());

        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.out()).isEmpty();
        List<String> lines = command.err().lines().toList();
        assertThat(lines).hasSize(7).last().isEqualTo("3 problems in " + catalog);
        assertThat(lines.get(0))
                .isEqualTo(catalog + ":10:19: views.viewer.features.avg_price.function: unknown function 'average'");
        assertThat(lines.get(1)).startsWith("    did you mean 'avg'?");
        assertThat(lines.get(2)).startsWith(catalog + ":15:19: views.viewer.features.views.windows[0]: ");
        assertThat(lines.get(3)).startsWith("    ");
        assertThat(lines.get(4)).startsWith(catalog + ":16:9: views.viewer.features.views.colour: ");
        assertThat(lines.get(5)).startsWith("    ");
    }

    @Test
    void validateDescribesAValidCatalog() throws Exception {
        Path catalog = Files.writeString(folder.resolve("shop.yaml"), Sample.SHOP.catalog());

        Command command = Command.run("validate", catalog.toString());

        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .startsWith(catalog + " is valid.")
                .contains("view viewer ", "view category_offer ", "view discount$quality ", "ladder");
        assertThat(command.out())
                .containsPattern("\n  costs    [0-9.]+ write units an event, \\$[0-9.]+ a million\n")
                .contains("All views together", "on demand, us-east-1, " + WriteCost.PRICE_DATE);
    }

    @Test
    void validateNamesAnEventTimeOfAViewsOwn() throws Exception {
        String catalog = Sample.HELLO.catalog().replace("entity: user_id", "entity: user_id\n    event_time: seen.at");
        Path file = Files.writeString(folder.resolve("timed.yaml"), catalog);

        assertThat(Command.run("validate", file.toString()).out())
                .containsPattern("entity   user_id\\R {2}time     seen\\.at\\R");
    }

    @Test
    void validateComparesTheStreamsWithThoseOfADeployment() throws Exception {
        Path catalog = Files.writeString(
                folder.resolve("two.yaml"), Sample.SHOP.catalog().replace("sources:\n", """
                        sources:
                          scoring: {stream: scoring, event_time: ts, forward: [{from: shop, key: user_id}]}
                        """));

        assertThat(Command.run("validate", catalog.toString()).out())
                .contains("streams  scoring, shop-events\nforward  from shop-events to scoring\n");
        assertThat(Command.run("validate", catalog.toString(), "--streams", "shop-events,scoring")
                        .exitCode())
                .isZero();
        assertFails(
                Command.run("validate", catalog.toString(), "--streams", "shop-events"),
                "reads scoring, which the deployment does not fold");
        assertFails(
                Command.run("validate", catalog.toString(), "--streams", "shop-events,scoring,other"),
                "the deployment folds other, which no source");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        String missing = folder.resolve("missing").toString();

        assertFails(Command.run("validate", missing), "cannot read " + missing);
        assertFails(Command.run("run", "--catalog", missing), "cannot read " + missing);
        assertFails(Command.run("run", "--events", missing), "cannot read " + missing);
        assertFails(put("", missing), "cannot read " + missing);
        assertFails(put("", folder.toString()), "cannot read " + folder);
    }

    @Test
    void runRefusesOptionsThatMakeNoSense() {
        assertFails(Command.run("run", "--shards", "0"), "--shards must be 1 to 100, not 0");
        assertFails(Command.run("run", "--pace", "-1"), "--pace must be 0 or more");
        assertFails(Command.run("run", "--port", "65533"), "--port must be 0 (any free ones) to 65532, not 65533");
    }

    @Test
    void runSaysWhenAPortIsTaken() {
        int taken = system.api().getPort();

        assertFails(
                Command.run("run", "--port", String.valueOf(taken)),
                "one of the ports " + taken + " to " + (taken + 3) + " is in use");
    }

    @Test
    void runNamesADirectoryThatCannotBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("no-directory"), "");
        assertFails(
                Command.run(
                        "run", "--port", "0", "--data-dir", file.resolve("data").toString()),
                "cannot start: " + file,
                "--data-dir");
        assertFails(Command.run("run", "--generation", "a/b"), "--generation takes the name", "'a/b'");
    }

    @Test
    void aDataDirectoryIsOneProcessesAndKeepsItsViews() throws Exception {
        String directory = folder.resolve("data").toString();
        String catalog = Files.writeString(folder.resolve("kept.yaml"), Sample.HELLO.catalog())
                .toString();
        RunningCommand first = RunningCommand.start(List.of("--catalog", catalog, "--data-dir", directory));
        assertFails(
                Command.run("run", "--port", "0", "--catalog", catalog, "--data-dir", directory),
                "another process keeps its data in " + directory);
        first.close();

        String[] forgetsTheCatalog = {"run", "--port", "0", "--no-samples", "--data-dir", directory};
        assertFails(
                Command.run(forgetsTheCatalog),
                "views that the catalog does not have",
                "--catalog",
                "--next",
                "--retire");
        RunningCommand.start(List.of("--catalog", catalog, "--data-dir", directory))
                .close();
        RunningCommand.start(List.of("--no-samples", "--retire", "--data-dir", directory))
                .close();
        assertFails(
                Command.run("run", "--port", "0", "--catalog", catalog, "--data-dir", directory, "--retire"),
                "was retired and cannot be active again");
    }

    @Test
    void thePortOfARunIsAllThatOtherCommandsNeed() throws Exception {
        Path catalog = Files.writeString(folder.resolve("named.yaml"), Sample.HELLO.catalog());
        Path other = Files.writeString(folder.resolve("other.yaml"), Sample.SHOP.catalog());
        int port = FreePorts.fourInARow();
        try (RunningCommand run = RunningCommand.start(port, List.of("--catalog", catalog.toString()))) {
            String api = Integer.toString(port);
            Command put = Command.runWithInput("{\"user_id\":1}", "put", "--stream", STREAM, "--port", api);
            assertThat(put.exitCode()).as(put.err()).isZero();
            String[] get = {"get", "viewer", "u", "--all", "--port", api};
            while (Command.run(get).out().contains("\"newestArrival\" : null")) {
                Thread.onSpinWait();
            }
            assertThat(Command.run(get).err()).contains("1 went into quarantine (1 NO_EVENT_TIME");

            Command audit = Command.run("audit", "--catalog", other.toString(), "--port", api);
            assertThat(audit.exitCode()).as("nothing could be compared").isEqualTo(1);
            assertThat(audit.out()).contains("made by another catalog");
            assertFails(
                    Command.run("archive", "verify", "--stream", "nope", "--port", api),
                    "nothing of [nope]",
                    "but of [" + STREAM + "]",
                    "--stream");
            assertFails(Command.run("archive", "compact", "--stream", "nope", "--port", api), "nothing of [nope]");
            assertFails(
                    Command.run("quarantine", "redrive", "--all", "--catalog", other.toString(), "--port", api),
                    "this catalog is not what is folded",
                    "--catalog");
            assertThat(run.api().getPort()).isEqualTo(port);
        }
    }

    @Test
    void aRunningSystemIsAskedForItsCatalog() throws Exception {
        Path catalog = Files.writeString(folder.resolve("asked.yaml"), Sample.HELLO.catalog());
        int port = FreePorts.fourInARow();
        try (RunningCommand run = RunningCommand.start(port, List.of("--catalog", catalog.toString()))) {
            String[] where = {"--port", Integer.toString(port)};
            assertFails(
                    Command.run(joined(List.of("archive", "verify"), where)),
                    "nothing of [" + STREAM + "] was ever folded here");
            Instant now = Instant.now();
            String events = Stream.of(now, now, now.minus(Duration.ofDays(400)))
                            .map(time -> "{\"ts\":\"" + time + "\",\"user_id\":\"u\",\"price\":2}\n")
                            .collect(Collectors.joining())
                    + "{\"user_id\":\"u\"}\n";
            Command put = Command.runWithInput(
                    events, joined(List.of("put", "--stream", STREAM, "--key", "user_id", "--wait"), where));

            assertThat(put.exitCode()).as(put.err()).isZero();
            assertThat(put.out())
                    .startsWith("4 events put on " + STREAM + "\n  viewer: 2 folded, 1 too late, 1 quarantined (1 ")
                    .contains("quarantine list", "too-late")
                    .doesNotContain("others");
            Command audit = Command.run(joined(List.of("audit"), where));
            assertThat(audit.exitCode()).as(audit.out() + audit.err()).isZero();
            assertThat(audit.out()).contains("0 faults").doesNotContain("0 items compared");
            assertThat(Command.run(joined(List.of("too-late", "viewer"), where)).out())
                    .contains("1 event too late for view viewer");
            assertThat(Command.run(joined(List.of("get", "viewer", "u", "--direct", "--knowledge", "now"), where))
                            .out())
                    .contains("\"avg_price_30m\" : 2");
            Command nobody = Command.run(joined(List.of("get", "viewer", "nobody"), where));
            // The API looks at the lanes' rows now and then.
            while (nobody.err().contains("no event so far")) {
                nobody = Command.run(joined(List.of("get", "viewer", "nobody"), where));
            }
            assertThat(nobody.err()).contains("no event of this entity", "1 came too late", "1 went into quarantine");
            assertThat(Command.run(joined(List.of("get", "viewer", "u"), where)).err())
                    .isEmpty();
            for (String command : List.of("list", "redrive")) {
                assertFails(
                        Command.run(joined(List.of("quarantine", command, "--view", "viewr"), where)),
                        "no view 'viewr'; there are: viewer");
            }
            String marked = "\ufeff"
                    + Command.run(joined(List.of("get", "viewer", "u", "--all"), where))
                            .out();
            Path receipt = Files.writeString(folder.resolve("receipt.json"), marked);
            assertThat(Command.run(joined(List.of("audit", "--receipt", receipt.toString()), where))
                            .out())
                    .contains("1 value compared", "0 faults");
            Path bad = folder.resolve("bad.jsonl");
            assertThat(Command.run(joined(List.of("quarantine", "export", bad.toString()), where))
                            .err())
                    .isEmpty();
            Files.writeString(bad, "\ufeff" + Files.readString(bad));
            assertThat(Command.run(joined(List.of("quarantine", "redrive", "--repaired", bad.toString()), where))
                            .out())
                    .contains("1 still bad");
            Command verified = Command.run(joined(List.of("archive", "verify"), where));
            assertThat(verified.out()).as(verified.err()).contains("4 records read", "all there");
            assertThat(run.api().getPort()).isEqualTo(port);
        }
    }

    @Test
    void putSaysWhenNothingCounted() throws Exception {
        // A derived value with a default is no sign of an event.
        Path catalog = Files.writeString(
                folder.resolve("late.yaml"),
                Sample.HELLO.catalog()
                        + "    derived:\n      cheap: {expression: avg_price_30m < 10.0, default: true}\n");
        int port = FreePorts.fourInARow();
        try (RunningCommand run = RunningCommand.start(port, List.of("--catalog", catalog.toString()))) {
            String[] where = {"--port", Integer.toString(port)};
            assertThat(Command.run(joined(List.of("get", "viewer", "u"), where)).err())
                    .contains("has folded no event so far");
            Command put = Command.runWithInput(
                    "{\"ts\":\"2020-01-31T10:00:00Z\",\"user_id\":\"u\",\"price\":2}\n",
                    joined(List.of("put", "--stream", STREAM, "--wait"), where));

            assertFails(put, "none of it counts in any view");
            assertThat(put.out()).contains("viewer: 0 folded, 1 too late");
            // The API looks at the lanes' rows now and then.
            while (Command.run(joined(List.of("get", "viewer", "u"), where))
                    .err()
                    .contains("no event so far")) {
                Thread.onSpinWait();
            }
            assertThat(Command.run(joined(List.of("get", "viewer", "u"), where)).err())
                    .contains("no event counts in view viewer so far: 1 came too late", "tidemark too-late viewer")
                    .contains("1 event of this entity came too late for view viewer", "2020-01-31T10:00:00Z");
            assertThat(Command.run(joined(List.of("get", "viewer", "another"), where))
                            .err())
                    .doesNotContain("of this entity came too late");
            assertThat(run.api().getPort()).isEqualTo(port);
        }
    }

    @Test
    void whereNothingRunsTheCatalogMustBeNamed() throws IOException {
        String port = nobody().replaceAll(".*:", "");
        for (String command : List.of("audit", "too-late viewer", "training-set --spine s.csv --out o")) {
            assertFails(Command.run((command + " --port " + port).split(" ")), "which catalog?", "--catalog", "--port");
        }
        assertFails(Command.run("audit", "--aws", "--bucket", "b"), "which catalog?", "$TIDEMARK_CATALOG");
    }

    @Test
    void putTakesAnEventWhoseKeyIsNoPartitionKeyOnlyByForce() {
        String events = "{\"user_id\":\"\\ud800\"}\n{\"user_id\":\"" + "x".repeat(257) + "\"}\n";
        assertFails(put(events, "--key", "user_id"), "line 1 is no partition key", "--force", "Nothing was put");

        Command command = put(events, "--key", "user_id", "--force");

        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out()).isEqualTo("2 events put on " + STREAM + "\n");
    }

    /** Nothing was put before, although the last line only is wrong. */
    @Test
    void putLooksAtAWholeFileFirst() throws Exception {
        Path file = Files.writeString(
                folder.resolve("keyless.jsonl"), "{\"user_id\":1}\n".repeat(5_000) + "{\"user\":1}\n");
        assertFails(put("", file.toString(), "--key", "user_id"), file + ": line 5001 has no field 'user_id'");
    }

    @Test
    void theReasonOfAUsageErrorComesLast() {
        for (String[] wrong : new String[][] {
            {"put"}, {"put", "--nonsense"}, {"quarantine", "redrive"}, {"get", "v", "k", "--catalog", "f"}, {"validat"}
        }) {
            Command command = Command.run(wrong);

            assertThat(command.exitCode()).isEqualTo(2);
            List<String> lines = command.err().lines().toList();
            int reason = IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).matches("(Missing|Unknown|Unmatched|Which|--catalog is).*"))
                    .findFirst()
                    .orElseThrow();
            assertThat(lines.subList(0, reason)).anyMatch(line -> line.startsWith("Usage: tidemark"));
            assertThat(lines.subList(reason, lines.size())).hasSizeLessThan(4);
        }
    }

    @Test
    void helpForAnUnknownCommandIsAnError() {
        for (String[] wrong : new String[][] {
            {"validat", "--help"}, {"--help", "validat"}, {"quarantine", "lst", "--help"}, {"get", "-h", "--nonsense"}
        }) {
            Command command = Command.run(wrong);

            assertThat(command.exitCode()).as(String.join(" ", wrong)).isEqualTo(2);
            assertThat(command.out()).isEmpty();
        }
    }

    @Test
    void theExitCodesAreInTheHelp() {
        assertThat(Command.run("--help").out()).contains("Exit codes", "0   Done", "1   Refused", "2   Wrong usage");
    }

    @Test
    void restoreWithoutAnythingThatListensSaysHowToStartIt() throws IOException {
        String nobody = nobody();
        String port = nobody.substring(nobody.lastIndexOf(':') + 1);
        assertFails(
                Command.run("restore", "--to", "g2", "--port", Integer.toString(Integer.parseInt(port) - 2)),
                "no answer from",
                "start it with `tidemark run`");
    }

    @Test
    void putSaysHowItIsUsed() {
        Command command = Command.run("put");

        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.err()).contains("Missing required option: '--stream=NAME'", "Usage: tidemark put");
        assertFails(put("{}", "--key", "a[]"), "--key: not a field name: '[]'");
        assertFails(
                Command.runWithInput("{}", "put", "--stream", STREAM, "--endpoint", "nowhere"),
                "'nowhere' is no endpoint");
    }

    @Test
    void putCountsEventsAndPassesBlankLinesOver() {
        Command command = put("{\"user_id\":1}\n\nnot json\n");

        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out()).isEqualTo("2 events put on " + STREAM + "\n");
    }

    @Test
    void putToAnUnknownStreamSaysSo() {
        Command command = Command.runWithInput(
                "{}",
                "put",
                "--stream",
                "unknown",
                "--endpoint",
                system.kinesis().toString());

        assertFails(command, "cannot put events on stream unknown", "no such stream");
    }

    @Test
    void putWithoutAnythingThatListensSaysHowToStartIt() throws IOException {
        assertFails(
                Command.runWithInput("{}", "put", "--stream", STREAM, "--endpoint", nobody()),
                "no answer",
                "start it with `tidemark run`",
                "--endpoint");
    }

    @Test
    void putToSomethingElseAsksForTheRightEndpoint() {
        assertFails(
                Command.runWithInput(
                        "{}",
                        "put",
                        "--stream",
                        STREAM,
                        "--endpoint",
                        system.api().toString()),
                "status 404",
                "is this the right endpoint?");
    }

    @Test
    void getSaysHowItIsUsed() {
        Command command = Command.run("get", "viewer");

        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.err()).contains("Missing required parameter: 'KEY'", "Usage: tidemark get");
        assertFails(Command.run("get", "viewer", "u", "--url", "nowhere"), "--url 'nowhere' is no web address");
    }

    @Test
    void getOfAnUnknownViewListsThoseThatThereAre() {
        assertFails(
                get(system.api(), "viewr", "user-1"),
                "the catalog has no view 'viewr'",
                "use one of the available views",
                "available: viewer");
    }

    @Test
    void getTellsWhatIsWrongWithAParameter() {
        assertFails(get(system.api(), "viewer", "u", "--at", "yesterday"), "'yesterday'", "2026-01-31T10:00:00Z");
    }

    @Test
    void getFromSomethingElseAsksForTheRightAddress() {
        assertFails(get(system.kinesis(), "viewer", "u"), "is not Tidemark's API", "--url");
    }

    @Test
    void getWithoutAnythingThatListensSaysHowToStartIt() throws IOException {
        assertFails(get(URI.create(nobody()), "viewer", "u"), "cannot reach", "tidemark run");
    }

    @Test
    void getTakesAnyKeyAndAnAddressWithASlash() {
        Command command = get(URI.create(system.api() + "/"), "viewer", "user 1/ä?");

        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out()).isEqualToNormalizingNewlines("{\n  \"avg_price_30m\" : null\n}\n");
        assertThat(get(system.api(), "viewer", "user 1/ä?", "--all").out()).contains("\"user 1/ä?\"", "receipt");
    }

    private static Command put(String input, String... options) {
        List<String> start = List.of(
                "put", "--stream", STREAM, "--endpoint", system.kinesis().toString());
        return Command.runWithInput(input, joined(start, options));
    }

    private static Command get(URI url, String... arguments) {
        return Command.run(joined(List.of("get", "--url", url.toString()), arguments));
    }

    private static String[] joined(List<String> start, String... rest) {
        return Stream.concat(start.stream(), Stream.of(rest)).toArray(String[]::new);
    }

    /** An address where nothing listens. */
    private static String nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    private static void assertFails(Command command, String... said) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(1);
        assertThat(command.err()).contains(said);
    }
}
