package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the text, the answer is a catalog or a list of mistakes. */
class HostileCatalogTest {

    private static final String[] SNIPPETS = {
        ":",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!!int ",
        "null",
        "~",
        "0x1",
        "1e999",
        "-",
        "|\n",
        ">\n",
        "#",
        "\t",
        "\u0000",
        "\uD800",
        "é",
        "? ",
        "<<: ",
        ".",
        "9223372036854775808",
        "5m",
        "lifetime",
        "()",
        "&&",
        "%"
    };

    static LongStream seeds() {
        return LongStream.range(0, 400);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverThrowsAnythingElse(long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(TestFiles.read("valid.yaml"));
        for (int i = random.nextInt(4); i >= 0; i--) {
            mutate(text, random);
        }
        try {
            assertThat(new CatalogCompiler().compile(text.toString()).views()).isNotEmpty();
        } catch (InvalidDefinition e) {
            assertThat(e.problems()).as("seed %d", seed).isNotEmpty().allSatisfy(problem -> {
                assertThat(problem.line()).isPositive();
                assertThat(problem.column()).isPositive();
                assertThat(problem.problem()).isNotBlank();
                assertThat(problem.remedy()).isNotBlank();
            });
        }
    }

    @Test
    void anchorsCannotBlowUpACatalog() {
        StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("a%d: &a%d [*a%d, *a%d, *a%d]%n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        text.append("views: *a39\n");

        assertThat(catchProblems(text.toString())).contains("Number of aliases for non-scalar nodes exceeds");
    }

    @Test
    void anAnchorMayContainItself() {
        assertThat(catchProblems("tidemark: 1\nsources: &s\n  shop: *s\nviews: *s\n"))
                .contains("sources.shop");
    }

    @Test
    void aHugeTextIsRefusedUnread() {
        assertThat(catchProblems("#".repeat((1 << 20) + 1))).contains("a catalog of 1048577 characters");
    }

    private static String catchProblems(String text) {
        try {
            return "compiled: " + new CatalogCompiler().compile(text);
        } catch (InvalidDefinition e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length());
        int length = Math.min(random.nextInt(12), text.length() - at);
        switch (random.nextInt(3)) {
            case 0 -> text.delete(at, at + length);
            case 1 -> text.insert(at, SNIPPETS[random.nextInt(SNIPPETS.length)]);
            default -> text.replace(at, at + length, SNIPPETS[random.nextInt(SNIPPETS.length)]);
        }
    }
}
