package dev.tidemark.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GuardTest {

    @Test
    void whatAStrangerWroteIsCutAndShowsNothingInvisible() {
        assertThat(Guard.quoted("größe 🙂|")).isEqualTo("'größe 🙂|'");
        assertThat(Guard.quoted("🙂".repeat(40))).isEqualTo("'" + "🙂".repeat(40) + "'");
        assertThat(Guard.quoted("x" + "🙂".repeat(40))).isEqualTo("'x" + "🙂".repeat(39) + "…'");
        assertThat(Guard.quoted("a\nb\u001b[31m\u202e\ud800\u2028"))
                .isEqualTo("'a\\u{a}b\\u{1b}[31m\\u{202e}\\u{d800}\\u{2028}'");
    }
}
