package dev.tidemark.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    private static final Map<String, Object> EVENT = Map.of(
            "type",
            "view",
            "price",
            12.5,
            "item.category",
            "shoes",
            "gift",
            true,
            "item",
            Expression.COMPOUND,
            "zero",
            Expression.numberOf(BigDecimal.ZERO),
            "big",
            Expression.numberOf(new BigDecimal("9007199254740993")));

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
                    type == "view"                              ; true
                    type == 'view'                              ; true
                    type != "view"                              ; false
                    price > 12                                  ; true
                    price >= 12.5 && price <= 1.25e1            ; true
                    price < -1                                  ; false
                    item.category in ["hats", "shoes"]          ; true
                    price in [1, 12.5]                          ; true
                    type in []                                  ; false
                    gift                                        ; true
                    !gift || type == "cart"                     ; false
                    !(gift && price > 100)                      ; true
                    gift || gift && false                       ; true
                    price == "12.5"                             ; false
                    nothing == null                             ; true
                    nothing == "view"                           ; false
                    nothing != "view"                           ; true
                    nothing in ["view"]                         ; false
                    nothing in [1, null]                        ; true
                    type == null                                ; false
                    item == item                                ; false
                    item != "shoes"                             ; true
                    price * 2 + 1 == 26                         ; true
                    1 + 2 * 3 == 7                              ; true
                    10 - 2 - 3 == 5                             ; true
                    price > 10 ? gift : false                   ; true
                    type < "views"                              ; true
                    false && nothing > 1                        ; false
                    nothing > 1 && false                        ; false
                    true || nothing > 1                         ; true
                    nothing > 1 || true                         ; true
                    zero / zero == zero / zero                  ; false
                    zero / zero != zero / zero                  ; true
                    zero / zero > 1 || zero / zero <= 1         ; false
                    zero / zero in [1, zero / zero]             ; false
                    [zero / 0] == [zero / 0]                    ; false
                    zero * -1 < 0 || zero > -0.0                ; false
                    zero * -1 >= 0 && zero == -0.0              ; true
                    zero * -1 in [0, 1]                         ; true
                    1 / zero > 1 && -1 / zero < 1               ; true
                    1 / zero > 9223372036854775807              ; true
                    big == 9007199254740993                     ; true
                    big == 9007199254740992                     ; false
                    big > 9007199254740992.0                    ; true
                    big * 1 == 9007199254740992                 ; true
                    -big < -9007199254740992                    ; true
                    """)
    void isAnswered(String expression, boolean expected) {
        assertThat(new Expression(expression).test(EVENT::get)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "nothing > 1",
                "nothing + 1 == 1",
                "nothing",
                "true && nothing > 1",
                "nothing > 1 || false",
                "item < \"shoes\"",
                "price < \"13\"",
                "price",
                "gift + 1 == 2",
                "type in price",
                "!type"
            })
    void hasNoAnswer(String expression) {
        assertThatThrownBy(() -> new Expression(expression).test(EVENT::get)).isInstanceOf(Expression.Undefined.class);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "price >", "(price", "price price", "a # b", "[1, 2", "&& a"})
    void isRefused(String expression) {
        assertThatThrownBy(() -> new Expression(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesItsPaths() {
        assertThat(new Expression("a.b > 1 && c == null && d in [e, \"f\"] && true").paths())
                .containsExactlyInAnyOrder("a.b", "c", "d", "e");
    }
}
