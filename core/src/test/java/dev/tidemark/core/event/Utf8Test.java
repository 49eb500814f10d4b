package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    @ParameterizedTest
    @CsvSource({
        "'', -1",
        "7b7d, -1",
        "c2a2, -1",
        "e282ac, -1",
        "ed9fbf, -1",
        "ee8080, -1",
        "f09f9880, -1",
        "f48fbfbf, -1",
        "6161616161616161c3a9, -1",
        "80, 0",
        "61c0af, 1",
        "c1bf, 0",
        "e09fbf, 0",
        "eda080, 0",
        "f08fbfbf, 0",
        "f4908080, 0",
        "f5808080, 0",
        "ff, 0",
        "c2, 0",
        "e282, 0",
        "f09f98, 0",
        "616161616161616161e28261, 9",
    })
    void findsTheFirstMalformedByte(String hex, int expected) {
        assertThat(Utf8.firstMalformed(HexFormat.of().parseHex(hex))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTheJdkDecoder(long seed) {
        Random random = new Random(seed);
        int[] interesting = {
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xFF
        };
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(20)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextInt(3) == 0 ? 0x41 : interesting[random.nextInt(interesting.length)]);
            }
            assertThat(Utf8.firstMalformed(bytes))
                    .as(HexFormat.of().formatHex(bytes))
                    .isEqualTo(byJdk(bytes));
        }
    }

    private static int byJdk(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result =
                StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length + 1), true);
        return result.isError() ? in.position() : -1;
    }
}
