package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldPathTest {

    @Test
    void namesAreJoinedByDotsAndQuotedIfTheyHaveOthers() {
        FieldPath path = FieldPath.parse("features.\"viewer.views_30m\".x");

        assertThat(path.names()).containsExactly("features", "viewer.views_30m", "x");
        assertThat(path.toString()).isEqualTo("features.\"viewer.views_30m\".x");
        assertThat(path.isPlain()).isFalse();
        assertThat(FieldPath.parse("item.price")).isEqualTo(new FieldPath(List.of("item", "price")));
        assertThat(FieldPath.parse("item.\"price\"").toString()).isEqualTo("item.price");
        assertThat(FieldPath.parse("item.price").isPlain()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "a.", ".a", "a..b", "1a", "a b", "a-b", "\"a", "a\"b\"", "\"\"", "\"a\"b", "\"a\\\"", "\"ä\""
            })
    void whatIsNoPathIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> FieldPath.parse(text));
    }
}
