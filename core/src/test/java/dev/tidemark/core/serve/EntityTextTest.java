package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityTextTest {

    private static final View TWO_PARTS =
            new CatalogCompiler().compile("""
                    tidemark: 1
                    sources:
                      shop: {stream: shop-events, event_time: ts}
                    views:
                      pairs:
                        source: shop
                        entity: [user, item]
                        features:
                          n: {function: count, windows: [1h]}
                    """).views().get(0);

    @Test
    void aKeyOfTheRightPartsIsCanonical() {
        assertThat(EntityText.check(TWO_PARTS, "42|a\\|b")).isEqualTo("42|a\\|b");
        assertThat(EntityText.check(TWO_PARTS, "4\\2|b")).isEqualTo("42|b");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            42,      the entity key '42' has 1 part(s),                            write the key as {user}|{item}
            42|a|b,  the entity key '42|a|b' has 3 part(s),                        write the key as {user}|{item}
            42|,     a part of the entity key '42|' is empty,                      write the key as {user}|{item}
            42|a\\,  the entity key '42|a\\' ends in a lone '\\',                  write '\\\\' for a backslash
            """)
    void aKeyThatNoEventCanHaveIsRefused(String text, String problem, String remedy) {
        assertThatThrownBy(() -> EntityText.check(TWO_PARTS, text))
                .isInstanceOfSatisfying(Unanswerable.class, refused -> {
                    assertThat(refused.describe()).startsWith(problem);
                    assertThat(refused.remedy()).startsWith(remedy);
                });
    }

    @Test
    void halfACharacterAndALongKeyAreRefused() {
        assertThatThrownBy(() -> EntityText.check(TWO_PARTS, "4\ud800|b"))
                .isInstanceOf(Unanswerable.class)
                .hasMessage("the entity key '4\\u{d800}|b' holds half of a surrogate pair");
        assertThatThrownBy(() -> EntityText.check(TWO_PARTS, "x".repeat(2_000) + "|b"))
                .isInstanceOf(Unanswerable.class)
                .hasMessageContaining("is longer than");
    }
}
