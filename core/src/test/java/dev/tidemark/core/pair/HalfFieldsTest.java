package dev.tidemark.core.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a half keeps of a list: docs/format.md. */
class HalfFieldsTest {

    private static final List<PairRule.Kept> KEPT = List.of(
            new PairRule.Kept("left.items[*].sku", 0, 2, Bounds.MAX_SCALAR_BYTES),
            new PairRule.Kept("left.user", 1, 0, Bounds.MAX_SCALAR_BYTES));

    @Test
    void aListComesBackElementByElement() {
        EventRow event = event(List.of(text("a"), number("2.5"), number("1e30"), bool()));

        EventRow pair = new EventRow(3);
        HalfFields.decode(HalfFields.encode(KEPT, event), KEPT, pair);

        assertThat(pair.string(0)).isEqualTo("u");
        List<EventRow> elements = pair.elements(2);
        assertThat(elements).hasSize(4);
        assertThat(elements.get(0).string(0)).isEqualTo("a");
        assertThat(elements.get(1).decimal(0)).isEqualByComparingTo("2.5");
        assertThat(elements.get(2).decimal(0)).isEqualByComparingTo("1e30");
        assertThat(elements.get(3).bool(0)).isTrue();
        assertThat(HalfFields.encode(List.of(new PairRule.Kept("x[*]", 2, 2, 1)), pair))
                .as("of the pair again")
                .isEqualTo(HalfFields.encode(KEPT.subList(0, 1), event));
    }

    @Test
    void bytesAreAsFrozen() {
        assertThat(HexFormat.of().formatHex(HalfFields.encode(KEPT, event(List.of(text("a"), bool())))))
                .isEqualTo("400202016104020175");
        assertThat(HexFormat.of().formatHex(HalfFields.encode(KEPT, event(List.of()))))
                .isEqualTo("4000020175");
    }

    @Test
    void theLongestListIsWithinTheBound() {
        String longest = "x".repeat(Bounds.MAX_SCALAR_BYTES);
        List<EventRow> elements = IntStream.range(0, Bounds.MAX_ELEMENTS)
                .mapToObj(i -> text(longest))
                .toList();

        assertThat(HalfFields.encode(KEPT.subList(0, 1), event(elements)))
                .hasSizeLessThanOrEqualTo(HalfFields.maxBytes(KEPT.subList(0, 1)));
    }

    @Test
    void cutBytesAreRefused() {
        byte[] whole = HalfFields.encode(KEPT, event(List.of(text("a"), number("2.5"))));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> HalfFields.decode(cut, KEPT, new EventRow(3)));
        }
    }

    private static EventRow event(List<EventRow> elements) {
        EventRow event = new EventRow(2);
        event.setElements(0, elements);
        event.setString(1, "u");
        return event;
    }

    private static EventRow text(String text) {
        EventRow element = new EventRow(1);
        element.setString(0, text);
        return element;
    }

    private static EventRow number(String number) {
        EventRow element = new EventRow(1);
        element.setDecimal(0, new BigDecimal(number));
        return element;
    }

    private static EventRow bool() {
        EventRow element = new EventRow(1);
        element.setBoolean(0, true);
        return element;
    }
}
