package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.store.InMemorySchemaStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What it does with schemas, {@code GlueTest} shows. */
class SchemaInputsTest {

    @Test
    void referencesAreReadBehindIt() {
        SchemaInputs inputs = new SchemaInputs(new InMemorySchemaStore(), Inputs.EMPTY_TABLES);

        assertThat(inputs.effective(List.of("items"), 0, 1).join()).containsOnlyKeys("items");
    }
}
