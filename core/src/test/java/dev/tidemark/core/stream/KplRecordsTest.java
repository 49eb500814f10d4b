package dev.tidemark.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.stream.KplRecords.UserRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KplRecordsTest {

    /** Written by hand from the format, so that encoder and reader cannot share a mistake. */
    private static final String BY_HAND = "f3899ac2" // magic
            + "0a026b31" // partition key table: k1
            + "0a026b32" // partition key table: k2
            + "1203313233" // explicit hash key table: 123
            + "1a0608001a026f6e" // record: key 0, data "on"
            + "1a08080110001a027477" // record: key 1, hash key 0, data "tw"
            + "1a0a08011a002204" + "0a026162"; // record: key 1, no data bytes, a tag to be passed over

    @Test
    void unpacksInOrder() {
        List<UserRecord> records = unpack(withDigest(HexFormat.of().parseHex(BY_HAND)));

        assertThat(records).extracting(UserRecord::partitionKey).containsExactly("k1", "k2", "k2");
        assertThat(records).extracting(UserRecord::explicitHashKey).containsExactly(null, "123", null);
        assertThat(records)
                .extracting(record -> new String(record.data(), StandardCharsets.UTF_8))
                .containsExactly("on", "tw", "");
    }

    @Test
    void tablesMayFollowTheRecordsThatReferToThem() {
        byte[] data = HexFormat.of().parseHex("f3899ac2" + "1a0608001a026f6e" + "0a026b31");
        assertThat(unpack(withDigest(data)))
                .extracting(UserRecord::partitionKey)
                .containsExactly("k1");
    }

    @Test
    void anAggregatedRecordOfNoRecordsIsAPlainRecord() {
        byte[] data = HexFormat.of().parseHex("f3899ac2" + "0a026b31");
        assertThat(KplRecords.unpack(withDigest(data))).isEmpty();
    }

    @Test
    void unknownFieldsArePassedOver() {
        byte[] data = HexFormat.of().parseHex("f3899ac2" + "0a026b31" + "2005" + "2b08012c" + "1a0608001a026f6e");
        assertThat(unpack(withDigest(data))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "f3",
                "f3899ac2",
                "7b7d",
                // Records that refer to no key, to no hash key, or lack what is required.
                "f3899ac2" + "1a0608001a026f6e",
                "f3899ac2" + "0a026b31" + "1a0608011a026f6e",
                "f3899ac2" + "0a026b31" + "1a080800" + "1000" + "1a026f6e",
                "f3899ac2" + "0a026b31" + "1a0f08ffffffffffffffffff01" + "1a026f6e",
                "f3899ac2" + "0a026b31" + "1a041a026f6e",
                "f3899ac2" + "0a026b31" + "1a020800",
                // Explicit hash keys that are no numbers or too large.
                "f3899ac2" + "0a026b31" + "12022d31" + "1a080800" + "1000" + "1a026f6e",
                "f3899ac2" + "0a026b31" + "1200" + "1a080800" + "1000" + "1a026f6e",
                "f3899ac2" + "0a026b31" + "1227"
                        + "393939393939393939393939393939393939393939393939393939393939393939393939393939" + "1a080800"
                        + "1000" + "1a026f6e",
                // Lengths beyond the end, a negative length, tag 0, an end of group, an endless varint.
                "f3899ac2" + "0a7f6b31",
                "f3899ac2" + "0affffffff0f6b31",
                "f3899ac2" + "1affffffff7f",
                "f3899ac2" + "0a026b31" + "1a0608001a7f6f6e",
                "f3899ac2" + "00",
                "f3899ac2" + "0c",
                "f3899ac2" + "ffffffffffffffffffffffff",
            })
    void whatIsNotAggregatedOrDamagedIsAPlainRecord(String hex) {
        byte[] data = HexFormat.of().parseHex(hex);
        assertThat(KplRecords.unpack(data)).isEmpty();
        assertThat(KplRecords.unpack(withDigest(data))).isEmpty();
    }

    @Test
    void groupsNestedWithoutEndAreAPlainRecord() {
        byte[] data = new byte[1_000_000];
        Arrays.fill(data, (byte) 0x2B);
        System.arraycopy(HexFormat.of().parseHex("f3899ac2"), 0, data, 0, 4);
        assertThat(KplRecords.unpack(withDigest(data))).isEmpty();
    }

    @Test
    void theDigestGuardsEveryBit() {
        byte[] whole = withDigest(HexFormat.of().parseHex(BY_HAND));
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(KplRecords.unpack(damaged)).as("bit %d flipped", bit).isEmpty();
        }
    }

    @Test
    void theHashKeyIsTheExplicitOneOrTheMd5OfThePartitionKey() {
        assertThat(new UserRecord("a", "00017", new byte[0]).hashKey()).isEqualTo(17);
        assertThat(new UserRecord("a", null, new byte[0]).hashKey())
                .isEqualTo(new BigInteger("0cc175b9c0f1b6a831c399e269772661", 16));
        assertThat(new UserRecord("message digest", null, new byte[0]).hashKey())
                .isEqualTo(new BigInteger("f96b697d7cb7938d525a2f31aaf161d0", 16));
    }

    @Test
    void aHashRangeIncludesBothEnds() {
        HashRange range = HashRange.of("10", "20");
        assertThat(range.contains(BigInteger.valueOf(9))).isFalse();
        assertThat(range.contains(BigInteger.valueOf(10))).isTrue();
        assertThat(range.contains(BigInteger.valueOf(20))).isTrue();
        assertThat(range.contains(BigInteger.valueOf(21))).isFalse();
        assertThat(HashRange.ALL).isEqualTo(HashRange.of("0", "340282366920938463463374607431768211455"));
    }

    @Test
    void aHashRangeIsChecked() {
        assertThatThrownBy(() -> HashRange.of("2", "1")).hasMessageContaining("2 to 1");
        assertThatThrownBy(() -> HashRange.of("-1", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HashRange.of("0", "340282366920938463463374607431768211456"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void unpacksWhatAnEncoderPacks(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            List<UserRecord> records = randomRecords(random);
            assertThat(texts(unpack(KplEncoder.encode(records)))).isEqualTo(texts(records));
        }
    }

    /** With the digest made anew, so that the damage reaches the reader of the message. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void damagedMessagesAreUnpackedInPartOrNotAtAllButNeverFail(long seed) {
        Random random = new Random(seed);
        int plain = 0;
        int rounds = 5_000;
        for (int i = 0; i < rounds; i++) {
            byte[] message = KplEncoder.message(randomRecords(random));
            byte[] damaged = random.nextInt(3) == 0 ? Arrays.copyOf(message, random.nextInt(message.length)) : message;
            for (int change = random.nextInt(4); change > 0 && damaged.length > 0; change--) {
                int at = random.nextInt(Math.min(damaged.length, 40));
                damaged[at] = (byte) (random.nextBoolean() ? random.nextInt() : damaged[at] + random.nextInt(-2, 3));
            }
            byte[] data = KplEncoder.seal(damaged);
            Optional<List<UserRecord>> unpacked = KplRecords.unpack(data);
            plain += unpacked.isEmpty() ? 1 : 0;
            unpacked.ifPresent(records -> records.forEach(record -> {
                assertThat(record.data().length).isLessThanOrEqualTo(data.length);
                assertThat(HashRange.ALL.contains(record.hashKey())).isTrue();
            }));
        }
        assertThat(plain).as("damaged beyond reading, of " + rounds).isBetween(rounds / 10, rounds * 9 / 10);
    }

    @Test
    void atItsBoundARecordIsReadWhole() {
        List<UserRecord> records = numbered(KplRecords.MAX_RECORDS);

        assertThat(texts(unpack(KplEncoder.encode(records)))).isEqualTo(texts(records));
    }

    /** Whoever puts the rest on the stream again, and again the rest of that, has put every record once. */
    @Test
    void theRestBehindTheBoundIsOneRecordThatIsPackedAgain() {
        List<UserRecord> records = numbered(2 * KplRecords.MAX_RECORDS + 3);
        byte[] data = KplEncoder.encode(records);
        List<UserRecord> read = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();

        for (boolean more = true; more; ) {
            List<UserRecord> unpacked = unpack(data);
            sizes.add(KplRecords.count(data).orElseThrow());
            more = unpacked.size() > KplRecords.MAX_RECORDS;
            read.addAll(more ? unpacked.subList(0, KplRecords.MAX_RECORDS) : unpacked);
            data = unpacked.get(unpacked.size() - 1).data();
        }

        assertThat(texts(read)).isEqualTo(texts(records));
        assertThat(sizes).containsExactly(20_003, 10_003, 3);
    }

    @Test
    void aBadReferenceBehindTheBoundMakesItAPlainRecord() {
        List<UserRecord> records = new ArrayList<>(numbered(KplRecords.MAX_RECORDS + 1));
        records.add(new UserRecord("k", "no number", new byte[0]));

        assertThat(KplRecords.unpack(KplEncoder.encode(records))).isEmpty();
        assertThat(KplRecords.count(KplEncoder.encode(records))).isEmpty();
    }

    private static List<UserRecord> numbered(int count) {
        List<UserRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new UserRecord("k" + i % 7, i % 5 == 0 ? Integer.toString(i) : null, new byte[] {(byte) i}));
        }
        return records;
    }

    private static List<UserRecord> unpack(byte[] data) {
        return KplRecords.unpack(data).orElseThrow();
    }

    private static List<String> texts(List<UserRecord> records) {
        return records.stream()
                .map(record -> record.partitionKey() + "|" + record.explicitHashKey() + "|"
                        + HexFormat.of().formatHex(record.data()))
                .toList();
    }

    private static byte[] withDigest(byte[] data) {
        int magicBytes = Math.min(4, data.length);
        byte[] sealed = KplEncoder.seal(Arrays.copyOfRange(data, magicBytes, data.length));
        System.arraycopy(data, 0, sealed, 0, magicBytes);
        return sealed;
    }

    private static List<UserRecord> randomRecords(Random random) {
        List<UserRecord> records = new ArrayList<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            byte[] data = new byte[random.nextInt(4) == 0 ? random.nextInt(400) : random.nextInt(10)];
            random.nextBytes(data);
            @Nullable String hashKey = random.nextInt(3) == 0 ? new BigInteger(128, random).toString() : null;
            records.add(new UserRecord("kü" + random.nextInt(4), hashKey, data));
        }
        return records;
    }
}
