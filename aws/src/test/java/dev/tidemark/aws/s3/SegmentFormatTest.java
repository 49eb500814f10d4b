package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden files freeze the format: what once was written must be readable for ever, and is written the same. */
class SegmentFormatTest {

    private static final String SEQUENCE = "4959033827149025660855969253836157109592157598913658889";
    private static final Lane LANE = new Lane(
            "arn:aws:kinesis:us-east-1:123456789012:stream/shop-events", 1_767_225_600_123L, "shardId-000000000003");

    /** What the golden files hold. */
    private static final Segment GOLDEN = new Segment(
            LANE,
            new Position(SEQUENCE + "7", 0),
            41,
            List.of(
                    record("8", 0, 1_767_229_200_000L, "user-42", bytes("{\"type\":\"view\",\"price\":12.50}")),
                    record(
                            "9",
                            0,
                            1_767_229_200_007L,
                            "user-7",
                            bytes("caf\u00e9 \ud83c\udf0a \\ \"quoted\"\nnext\tline")),
                    record("9", 1, 1_767_229_200_007L, "user-7", new byte[0]),
                    record("90", 0, 1_767_229_200_005L, "", HexFormat.of().parseHex("ff00fe")),
                    // A surrogate encoded as if it were a character: not UTF-8 in the strict sense.
                    record("91", 0, 1_767_229_200_009L, "k", HexFormat.of().parseHex("eda080"))));

    /** What the golden file of format 2 holds: the second and the third record are outside their shard. */
    private static final Segment GOLDEN_2 = new Segment(
            LANE,
            new Position(SEQUENCE + "7", 0),
            41,
            List.of(
                    record("8", 0, 1_767_229_200_000L, "user-42", bytes("{\"type\":\"view\"}")),
                    outside(record("8", 1, 1_767_229_200_000L, "user-7", bytes("caf\u00e9"))),
                    outside(record(
                            "8", 2, 1_767_229_200_000L, "user-8", HexFormat.of().parseHex("ff00fe"))),
                    record("9", 0, 1_767_229_200_007L, "user-42", bytes("{}"))));

    @Test
    void writesTheGoldenFile() throws IOException {
        assertThat(unzip(SegmentWriter.write(GOLDEN))).asString(UTF_8).isEqualTo(new String(resource(".jsonl"), UTF_8));
        assertThat(unzip(SegmentWriter.write(GOLDEN_2))).asString(UTF_8).isEqualTo(new String(golden2(), UTF_8));
    }

    @Test
    void readsTheGoldenFile() throws IOException {
        assertSame(SegmentReader.read(resource(".jsonl.gz")), GOLDEN);
        assertSame(SegmentReader.read(zip(golden2())), GOLDEN_2);
    }

    @Test
    void writesTheSameBytesForTheSameSegment() {
        assertThat(SegmentWriter.write(GOLDEN)).isEqualTo(SegmentWriter.write(GOLDEN));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsBackWhateverWasWritten(long seed) {
        Segment segment = randomSegment(new Random(seed));

        assertSame(SegmentReader.read(SegmentWriter.write(segment)), segment);
    }

    @Test
    void passesOverFieldsOfLaterVersions() throws IOException {
        String text = new String(resource(".jsonl"), UTF_8)
                .replace("{\"format\":1,", "{\"format\":1,\"later\":{\"a\":[1,2]},")
                .replace("{\"seq\":", "{\"later\":[{}],\"seq\":");

        assertSame(SegmentReader.read(zip(text)), GOLDEN);
    }

    /** The parser takes over at the fourth record, whose payload is in base64. */
    @Test
    void linesAsTheyAreWrittenNeedNoParser() throws IOException {
        byte[] lines = resource(".jsonl");
        RecordLines plain = new RecordLines(lines, new JsonText(lines), firstRecord(lines));
        List<RawRecord> read = new ArrayList<>();
        for (RawRecord record = plain.next(); record != null; record = plain.next()) {
            read.add(record);
        }

        assertThat(texts(read)).isEqualTo(texts(GOLDEN.records().subList(0, 3)));
        assertThat(new String(lines, plain.position(), lines.length - plain.position(), UTF_8))
                .startsWith("{\"seq\":\"" + SEQUENCE + "90\"");

        byte[] others = golden2();
        RecordLines withOutsiders = new RecordLines(others, new JsonText(others), firstRecord(others));
        assertThat(Objects.requireNonNull(withOutsiders.next()).outsideShard()).isFalse();
        assertThat(Objects.requireNonNull(withOutsiders.next()).outsideShard()).isTrue();
    }

    /** A space before each line makes the parser read it. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aChangedLineIsReadAsAParserReadsIt(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] changes = bytes("\"\\/u09-1eE.{}[],: \n\t\u0000\u001f\u007f\u00c3\u00e9");
        List<RawRecord> records = new ArrayList<>(GOLDEN.records().subList(0, 3));
        records.set(1, outside(records.get(1)));
        byte[] lines = unzip(SegmentWriter.write(new Segment(LANE, Position.ORIGIN, 0, records)));
        int damaged = 0;
        for (int i = 0; i < 500; i++) {
            byte[] changed = lines.clone();
            int at = firstRecord(lines) + random.nextInt(lines.length - firstRecord(lines));
            changed[at] = changes[random.nextInt(changes.length)];
            byte[] parsed =
                    new String(changed, ISO_8859_1).replace("\n{", "\n {").getBytes(ISO_8859_1);

            String expected = readOrDamaged(parsed);
            damaged += expected.equals("damaged") ? 1 : 0;
            assertThat(readOrDamaged(changed))
                    .as("byte " + at + " is " + changed[at] + " in " + new String(changed, ISO_8859_1))
                    .isEqualTo(expected);
        }
        assertThat(damaged).isBetween(50, 450);
    }

    private static int firstRecord(byte[] lines) {
        return new String(lines, ISO_8859_1).indexOf('\n') + 1;
    }

    private static String readOrDamaged(byte[] lines) throws IOException {
        try {
            return texts(SegmentReader.read(zip(lines)).records()).toString();
        } catch (InvalidObjectException e) {
            return "damaged";
        }
    }

    @Test
    void aSegmentThatWasCutOffIsNotRead() throws IOException {
        byte[] whole = SegmentWriter.write(GOLDEN);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);

            assertThatThrownBy(() -> SegmentReader.read(cut))
                    .as("cut at byte %d", length)
                    .isInstanceOf(InvalidObjectException.class);
        }
        String lines = new String(resource(".jsonl"), UTF_8);
        String oneLess = lines.substring(0, lines.lastIndexOf('\n', lines.length() - 2) + 1);

        assertThatThrownBy(() -> SegmentReader.read(zip(oneLess)))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("4 records whose header says 5");
    }

    @Test
    void aDamagedSegmentIsNotRead() throws IOException {
        String lines = new String(resource(".jsonl"), UTF_8);

        assertInvalid(lines.replace("{\"format\":1", "{\"format\":3"), "format 3");
        assertInvalid(lines.replace("{\"format\":1,", "{"), "format 0");
        assertInvalid(lines.replace("\"sub\":1", "\"sub\":0"), "out of order");
        assertInvalid(lines.replace(",\"key\":\"k\"", ""), "lacks");
        assertInvalid(lines.replace("\"arrival\":1767229200009", "\"arrival\":\"noon\""), "not a readable");
        assertInvalid(lines + "[]\n", "no JSON object");
        assertInvalid("", "no JSON object");
    }

    private static void assertInvalid(String lines, String message) throws IOException {
        byte[] object = zip(lines);
        assertThatThrownBy(() -> SegmentReader.read(object))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(message);
    }

    static void assertSame(Segment actual, Segment expected) {
        assertThat(actual.lane()).isEqualTo(expected.lane());
        assertThat(actual.last()).isEqualTo(expected.last());
        assertThat(actual.count()).isEqualTo(expected.count());
        assertThat(texts(actual.records())).isEqualTo(texts(expected.records()));
    }

    /** Records compare their payload by identity, so they are compared as text. */
    private static List<String> texts(List<RawRecord> records) {
        return records.stream()
                .map(record -> record.position().text() + " " + record.arrivalMillis() + " " + record.partitionKey()
                        + " " + record.outsideShard() + " " + HexFormat.of().formatHex(record.data()))
                .toList();
    }

    private static Segment randomSegment(Random random) {
        List<RawRecord> records = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] data = new byte[random.nextInt(300)];
            random.nextBytes(data);
            if (random.nextBoolean()) {
                data = randomText(random).getBytes(UTF_8);
            }
            String sequence = "1".repeat(50 + i / 50) + (10_000 + i);
            records.add(new RawRecord(
                    new Position(sequence, i % 3),
                    random.nextLong() >>> 20,
                    randomText(random),
                    data,
                    random.nextInt(4) == 0));
        }
        return new Segment(LANE, Position.ORIGIN, 0, records);
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(60), 0, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .map(point -> random.nextBoolean() ? point % 128 : point)
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    private static RawRecord record(String end, long subsequence, long arrivalMillis, String key, byte[] data) {
        return new RawRecord(new Position(SEQUENCE + end, subsequence), arrivalMillis, key, data);
    }

    private static RawRecord outside(RawRecord record) {
        return new RawRecord(record.position(), record.arrivalMillis(), record.partitionKey(), record.data(), true);
    }

    private static byte[] golden2() throws IOException {
        try (InputStream in = SegmentFormatTest.class.getResourceAsStream("segment-2.jsonl")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] resource(String extension) throws IOException {
        try (InputStream in = SegmentFormatTest.class.getResourceAsStream("segment-1" + extension)) {
            assertThat(in).isNotNull();
            return in.readAllBytes();
        }
    }

    private static byte[] unzip(byte[] gzip) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();
    }

    private static byte[] zip(String text) throws IOException {
        return zip(text.getBytes(UTF_8));
    }

    private static byte[] zip(byte[] lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(lines);
        }
        return bytes.toByteArray();
    }
}
