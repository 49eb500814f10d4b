package dev.tidemark.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

    @Test
    void takesTheVariable() {
        assertThat(Environment.STATE_TABLE.in(Map.of("TIDEMARK_STATE_TABLE", "items")))
                .isEqualTo("items");
    }

    @Test
    void aVariableThatIsMissingIsNamedWithTheRemedy() {
        assertThatThrownBy(() -> Environment.BUCKET.in(Map.of("TIDEMARK_BUCKET", " ")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TIDEMARK_BUCKET")
                .hasMessageContaining("infra/template.yaml");
    }

    @Test
    void theCatalogHasADefault() {
        assertThat(Environment.CATALOG.in(Map.of())).isEqualTo("/opt/tidemark/catalog.yaml");
        assertThat(Environment.CATALOG.in(Map.of("TIDEMARK_CATALOG", "c.yaml"))).isEqualTo("c.yaml");
    }
}
