package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuotedTest {

    @Test
    void aTextStaysAsItIs() {
        assertThat(Quoted.of("")).isEqualTo("''");
        assertThat(Quoted.of("größe 🙂|")).isEqualTo("'größe 🙂|'");
    }

    @Test
    void aTextIsCutBetweenCharactersAndNeverInsideOne() {
        assertThat(Quoted.of("🙂".repeat(40))).isEqualTo("'" + "🙂".repeat(40) + "'");
        assertThat(Quoted.of("x" + "🙂".repeat(40))).isEqualTo("'x" + "🙂".repeat(39) + "…'");
    }

    @Test
    void whatCannotBeSeenOrHasNoFormInUtf8IsEscaped() {
        assertThat(Quoted.of("a\nb\u001b[31m\u202e\ud800\u2028"))
                .isEqualTo("'a\\u{a}b\\u{1b}[31m\\u{202e}\\u{d800}\\u{2028}'");
    }

    @Test
    void ofManyNamesAFewAreSaidEachOnce() {
        assertThat(Quoted.all(List.of("a", "b", "a"))).isEqualTo("'a', 'b'");
        assertThat(Quoted.all(List.of("a", "b", "c", "d", "e", "f"))).isEqualTo("'a', 'b', 'c', 'd', 'e', 1 more");
    }
}
