package dev.tidemark.cli.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import dev.tidemark.oracle.StreamRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever may put events can put anything. No payload stops a command of the operators, none makes a terminal do
 * anything, and every one can be exported and comes back byte for byte.
 */
class HostilePayloadsTest {

    private static final String STREAM = "hostile-events";
    private static final int GENERATED = 150;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Clear the screen, red, a title, overrides of direction, a line that begins anew, C1, DEL, separators, a tag. */
    private static final String TERMINAL =
            "\u001b[2J\u001b[31m\u001b]0;owned\u0007\u202e\u2066\u200f\r\b\u009b1A\u007f\u2028\u2029\ufeff\udb40\udc41";

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: hostile-events, event_time: ts, event_id: id}
            views:
              seen:
                source: shop
                entity: user
                retention: RETENTION
                drop_duplicates: {horizon: 1m, max_ids: 50}
                features:
                  events: {function: count, windows: [1h]}
                  newest: {function: last, input: text, windows: [1h], optional: true}
                  kinds: {function: top_k, k: 5, input: text, windows: [1h], optional: true}
              paid:
                source: shop
                entity: user
                features:
                  paid: {function: sum, input: price, windows: [1h]}
            """;

    @TempDir
    private Path folder;

    private int port;
    private Path catalog = Path.of("");
    private Path next = Path.of("");

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void noPayloadStopsATool(long seed) throws Exception {
        port = FreePorts.fourInARow();
        catalog = Files.writeString(folder.resolve("catalog.yaml"), CATALOG.replace("RETENTION", "2h"));
        next = Files.writeString(folder.resolve("next.yaml"), CATALOG.replace("RETENTION", "3h"));
        List<byte[]> payloads = payloads(new Random(seed));
        List<String> options =
                List.of("--no-samples", "--shards", "2", "--catalog", catalog.toString(), "--next", next.toString());
        try (RunningCommand system = RunningCommand.start(port, options);
                AwsClients clients = KinesisEndpoint.at(system.kinesis()).clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            try (RecordWriter writer = new RecordWriter(KinesisEndpoint.at(system.kinesis()), STREAM)) {
                for (int i = 0; i < payloads.size(); i++) {
                    writer.add(i % 3 == 0 ? TERMINAL + i : "key" + i, payloads.get(i));
                }
                writer.flush();
            }
            witness.awaitDone(payloads.size());

            look(witness.records(STREAM));
            replay(witness);
            change();
        }
    }

    /** The commands that go through the quarantine. */
    private void look(List<StreamRecord> records) throws IOException {
        Map<String, byte[]> byPosition = new HashMap<>();
        records.forEach(record -> byPosition.put(record.sequenceNumber() + ":" + record.subsequence(), record.data()));
        List<JsonNode> listed = done("quarantine", "list", "--json", "--limit", "100000")
                .lines()
                .map(HostilePayloadsTest::json)
                .toList();
        assertThat(listed).hasSizeGreaterThan(GENERATED);
        assertThat(done("quarantine", "list")).contains("records in quarantine");
        for (int i = 0; i < listed.size(); i += 5) {
            done("quarantine", "show", listed.get(i).path("key").asText());
        }

        Path file = folder.resolve("bad.jsonl");
        done("quarantine", "export", file.toString());
        List<String> lines = Files.readAllLines(file);
        Set<String> keys = new HashSet<>();
        for (String line : lines) {
            assertHarmless(line);
            ObjectNode parsed = QuarantineJson.parse(line);
            byte[] original = Objects.requireNonNull(
                    byPosition.get(parsed.path("position").asText()));
            assertThat(QuarantineJson.payload(parsed, original))
                    .as(parsed.path("key").asText())
                    .isEqualTo(original);
            keys.add(parsed.path("key").asText());
        }
        assertThat(keys).hasSize(lines.size()).hasSize(listed.size());

        assertThat(catalogued("quarantine", "redrive", "--repaired", file.toString(), "--dry-run")
                        .out())
                .contains(lines.size() + " still bad");
        repairOne(lines);
        assertThat(catalogued("quarantine", "redrive", "--all").out()).contains("still bad", "1 redriven before");
    }

    /** What was exported as a text can be given an object. */
    private void repairOne(List<String> lines) throws IOException {
        ObjectNode line = lines.stream()
                .map(QuarantineJson::parse)
                .filter(one -> one.path("data").asText().contains("1e999999999999"))
                .findFirst()
                .orElseThrow();
        line.set(
                "data",
                JSON.createObjectNode()
                        .put("ts", Instant.now().toString())
                        .put("user", "mended")
                        .put("price", 2));
        Path file = Files.writeString(folder.resolve("mended.jsonl"), QuarantineJson.write(line) + "\n");
        Command redriven = catalogued("quarantine", "redrive", "--repaired", file.toString());
        assertThat(redriven.exitCode()).as(redriven.out() + redriven.err()).isZero();
    }

    /** The commands that replay the archive. */
    private void replay(Witness witness) throws IOException {
        assertThat(ok(catalogued("too-late", "seen", "--json"))).contains("\"eventTime\"");
        assertThat(ok(catalogued("too-late", "seen"))).contains(tooLate(witness) + " events too late");
        assertThat(ok(catalogued("archive", "verify"))).contains("all there");
        ok(catalogued("archive", "compact"));
        assertThat(ok(catalogued("archive", "verify"))).contains("all there");
        assertThat(ok(catalogued("audit"))).contains(" 0 faults");
        ok(catalogued("audit", "--sample", "5"));

        for (String user : List.of("good", TERMINAL)) {
            assertThat(done("get", "seen", user, "--knowledge", "both")).contains("\"newest_1h\"");
            ok(catalogued("get", "seen", user, "--knowledge", "now", "--direct"));
            Path receipt = Files.writeString(
                    folder.resolve("receipt" + user.length() + ".json"), done("get", "seen", user, "--all"));
            assertThat(ok(catalogued("audit", "--receipt", receipt.toString()))).contains(" 0 faults");
        }
        assertThat(witness.get("/v1/views/seen/entities/good")
                        .at("/features/events_1h")
                        .asInt())
                .isPositive();
    }

    /** As the fold has counted them; the record that was mended later is not among them. */
    private static int tooLate(Witness witness) {
        for (JsonNode view : witness.get("/v1/health").path("views")) {
            if (view.path("view").asText().equals("seen")
                    && view.path("status").asText().equals("ACTIVE")) {
                return view.at("/counts/tooLate").asInt();
            }
        }
        throw new AssertionError("no view seen");
    }

    private void change() {
        for (String step : List.of("start", "run", "report", "status", "flip")) {
            String out = ok(catalogued("backfill", step, "--next", next.toString()));
            assertThat(out).isNotEmpty();
        }
        assertThat(ok(catalogued("backfill", "report", "--json", "--next", next.toString(), "--sample", "100")))
                .contains("\"features\"");
    }

    private String done(String... arguments) {
        return ok(run(arguments));
    }

    private static String ok(Command command) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private Command catalogued(String... arguments) {
        return run(Stream.concat(Stream.of(arguments), Stream.of("--catalog", catalog.toString()))
                .toArray(String[]::new));
    }

    private Command run(String... arguments) {
        Command command = Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
        String name = String.join(" ", Arrays.copyOf(arguments, 2));
        assertThat(command.exitCode()).as(name + ": " + command.err()).isIn(0, 1);
        for (String text : List.of(command.out(), command.err())) {
            text.lines().forEach(HostilePayloadsTest::assertHarmless);
            assertThat(text).as(name).doesNotContain("Exception", "com.fasterxml", "java.lang");
        }
        return command;
    }

    private static void assertHarmless(String line) {
        line.codePoints().forEach(point -> {
            int type = Character.getType(point);
            boolean isObeyed = (type == Character.CONTROL && point != '\t')
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            assertThat(isObeyed).as("U+%04X in: %s", point, line).isFalse();
        });
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static List<byte[]> payloads(Random random) {
        String now = Instant.ofEpochMilli(System.currentTimeMillis() - 60_000).toString();
        String old =
                Instant.ofEpochMilli(System.currentTimeMillis() - 9_000_000).toString();
        List<byte[]> payloads = new ArrayList<>();
        for (String text : fixed(now, old)) {
            payloads.add(text.getBytes(UTF_8));
        }
        payloads.add(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 27, '[', '2', 'J'});
        payloads.add(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'});
        payloads.add(new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'});
        // What the Kinesis Producer Library begins with, and nothing that it writes.
        payloads.add(new byte[] {(byte) 0xf3, (byte) 0x89, (byte) 0x9a, (byte) 0xc2, 1, 2, 3});
        List<byte[]> seeds = List.copyOf(payloads.subList(0, 20));
        for (int i = 0; i < GENERATED; i++) {
            payloads.add(mutated(seeds.get(random.nextInt(seeds.size())), random));
        }
        return payloads;
    }

    private static List<String> fixed(String now, String old) {
        String head = "{\"ts\":\"" + now + "\",\"user\":\"good\",\"id\":\"ID\",";
        List<String> texts = new ArrayList<>();
        for (String number : List.of(
                "1e999999999999",
                "-1e999999999999",
                "1e-999999999999",
                "1e2147483647",
                "12.5e2147483647",
                "1e999999999",
                "9".repeat(5_000),
                "9".repeat(995) + "e1",
                "0." + "0".repeat(990) + "1",
                "-0.0",
                "1E+0",
                "NaN")) {
            texts.add(head + "\"price\":" + number + "}");
        }
        texts.add(head + "\"text\":\"\\ud800\"}");
        texts.add(head + "\"text\":\"\\u0000\",\"x\":\"\\udc00\\ud800\"}");
        texts.add(head + "\"text\":1,\"text\":2}");
        texts.add(head + "\"text\":" + quoted(TERMINAL) + "}");
        texts.add(head + "\"text\":\"" + TERMINAL + "\"}");
        texts.add("{\"ts\":\"" + now + "\",\"user\":" + quoted(TERMINAL) + ",\"text\":" + quoted(TERMINAL)
                + ",\"price\":1}");
        texts.add("{\"ts\":\"" + now + "\",\"user\":" + quoted("a|b\n\u0000" + TERMINAL) + "}");
        texts.add("{\"ts\":\"" + old + "\",\"user\":" + quoted(TERMINAL) + ",\"price\":1}");
        texts.add("{\"ts\":\"" + old + "\",\"user\":\"good\",\"price\":1}");
        texts.add("{\"key\":\"quarantine/x\",\"data\":{\"data\":1},\"dataBase64\":\"??\",\"redriven\":true}");
        texts.add("{\"ts\":" + quoted(TERMINAL) + ",\"user\":\"good\"}");
        texts.add("");
        texts.add(" \r\n\t");
        texts.add("null");
        texts.add("[]");
        texts.add("{} {}");
        texts.add("\ufeff{}");
        texts.add("{\r\n  \"ts\": 1,\r\n  \"user\": \"good\"\r\n}");
        texts.add(TERMINAL + "\u0000\nkey       quarantine/another");
        for (int depth : new int[] {499, 998, 999, 1_000, 1_001, 100_000}) {
            texts.add(head + "\"price\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
            texts.add("{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
        }
        texts.add(head + "\"price\":\"" + "x".repeat(900_000) + "\"}");
        texts.add("{\"" + "k".repeat(60_000) + "\":1}");
        texts.add("\u001b".repeat(500_000));
        return texts;
    }

    /** As JSON has it, everything that is not ASCII escaped. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted.append(c < 0x20 || c > 0x7e ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return quoted.append('"').toString();
    }

    /** Some bytes left out, doubled, or replaced by what a parser or a terminal looks at. */
    private static byte[] mutated(byte[] payload, Random random) {
        byte[] wanted = "{}[]\",:\\eE+-.0129\u001b\u0000\n\r\t".getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < payload.length; i++) {
            if (mutations > 0 && random.nextInt(Math.max(1, payload.length / 3)) == 0) {
                mutations--;
                switch (random.nextInt(4)) {
                    case 0 -> out.write(wanted[random.nextInt(wanted.length)]);
                    case 1 -> out.write(random.nextInt(256));
                    case 2 -> out.write(payload, i, Math.min(payload.length - i, 20));
                    default -> {}
                }
            } else {
                out.write(payload[i]);
            }
        }
        return out.toByteArray();
    }
}
