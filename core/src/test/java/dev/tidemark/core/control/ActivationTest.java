package dev.tidemark.core.control;

import static dev.tidemark.core.control.ControlRow.ViewStatus.ACTIVE;
import static dev.tidemark.core.control.ControlRow.ViewStatus.BACKFILLING;
import static dev.tidemark.core.control.ControlRow.ViewStatus.RETIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ActivationTest {

    private static final ControlRow TWO_VIEWS =
            new ControlRow(3, "g1", ControlRow.Phase.LIVE, Map.of("a", ACTIVE, "b", ACTIVE));

    @Test
    void theFirstCatalogMakesTheRow() {
        assertThat(Activation.next(null, Set.of("a"), "g1"))
                .contains(new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of("a", ACTIVE)));
    }

    @Test
    void theSameCatalogChangesNothing() {
        assertThat(Activation.next(TWO_VIEWS, Set.of("b", "a"), "g1")).isEmpty();
    }

    @Test
    void aNewViewIsAddedAndAMissingOneRetired() {
        assertThat(Activation.next(TWO_VIEWS, Set.of("b", "c"), "g1"))
                .contains(new ControlRow(
                        4, "g1", ControlRow.Phase.LIVE, Map.of("a", RETIRED, "b", ACTIVE, "c", BACKFILLING)));
    }

    @Test
    void aRetiredVersionStaysRetired() {
        ControlRow row = new ControlRow(4, "g1", ControlRow.Phase.LIVE, Map.of("a", RETIRED, "b", ACTIVE));
        assertThatThrownBy(() -> Activation.next(row, Set.of("a", "b"), "g1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("view version a was retired");
    }

    @Test
    void aDormantViewIsNeitherStartedNorRetired() {
        assertThat(Activation.next(TWO_VIEWS, Set.of("a"), Set.of("b", "c"), "g1"))
                .isEmpty();
        assertThat(Activation.next(null, Set.of("a"), Set.of("b"), "g1"))
                .contains(new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of("a", ACTIVE)));
    }

    @Test
    void whoeverStartsAViewRetiresNone() {
        assertThat(Activation.start(TWO_VIEWS, Set.of("b", "c")))
                .contains(new ControlRow(
                        4, "g1", ControlRow.Phase.LIVE, Map.of("a", ACTIVE, "b", ACTIVE, "c", BACKFILLING)));
        assertThat(Activation.start(TWO_VIEWS, Set.of("a"))).isEmpty();
    }
}
