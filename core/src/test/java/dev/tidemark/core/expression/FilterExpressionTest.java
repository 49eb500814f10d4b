package dev.tidemark.core.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.Flaw;
import dev.tidemark.core.event.InvalidEvent;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterExpressionTest {

    /** The row: type "view", price 12.5, count 7 (written 7.0), big beyond a long, flag true, obj an object, bad and half flawed. */
    private static final List<String> FIELDS =
            List.of("type", "item.price", "count", "big", "flag", "obj", "none", "id", "bad", "half");

    private final EventRow row = new EventRow(FIELDS.size());

    FilterExpressionTest() {
        row.setString(0, "view");
        row.setNumber(1, 125, 1);
        row.setNumber(2, 70, 1);
        row.setBigNumber(3, new BigDecimal("12345678901234567890123.5"));
        row.setBoolean(4, true);
        row.setCompound(5);
        row.setNumber(7, 9_007_199_254_740_993L, 0);
        row.setFlawed(8, Flaw.NUMBER_OUT_OF_BOUNDS);
        row.setFlawed(9, Flaw.LONE_SURROGATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type == 'view'",
                "type == \"view\" && item.price > 10",
                "type != 'cart'",
                "type in ['cart', 'view']",
                "type == 'cart' || item.price <= 12.5",
                "10 < item.price",
                "count == 7",
                "count / 2 == 3.5",
                "item.price + 1 == 13.5",
                "item.price * 2 == 25",
                "1 - count == -6",
                "int(item.price) % 5 == 2",
                "count % 2 == 1",
                "flag",
                "!(flag == false)",
                "none == null",
                "type != null",
                "none != 3",
                "obj != null",
                "obj != 'view'",
                "obj != 1",
                "big > 1",
                "big == 12345678901234567890123.5",
                "id == 9007199254740993",
                "id != 9007199254740992",
                "type.startsWith('vi') && type.endsWith('w') && type.contains('ie')",
                "type.matches('^v.*w$')",
                "size(type) == 4",
                "double('2.5') < item.price",
                "none != null && none > 3 || true",
                "none > 3 || type == 'view'",
                "bad > 3 || type == 'view'",
                "type == 'view' || bad == null",
                "half.startsWith('x') || flag",
                "type == 'view' ? flag : bad > 3",
                "(item.price > 20 ? 'dear' : 'cheap') == 'cheap'",
                "type == 'view' // a comment",
                "type\n==\n'view'"
            })
    void holds(String text) {
        assertThat(bound(text).test(row)).isTrue();
        assertThat(boundToCel(text).test(row)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type == 'cart'",
                "none == 3",
                "none == 'view'",
                "type == 3",
                "flag == 'true'",
                "obj == null",
                "obj == true",
                "none != null && none > 3",
                "none > 3 && type == 'cart'",
                "bad > 3 && type == 'cart'",
                "type == 'cart' && bad != null",
                "bad && type == 'cart'",
                "bad + 1 > 3 && type == 'cart'",
                "type in ['cart']",
                "none in ['cart']",
                "id == 9007199254740992"
            })
    void doesNotHold(String text) {
        assertThat(bound(text).test(row)).isFalse();
        assertThat(boundToCel(text).test(row)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none > 3               | none is absent
            type < 3               | type is a string
            obj >= 3               | obj is an object or array
            type                   | type is a string
            type && item.price > 0 | item.price is a number, type is a string
            flag + 1 > 0           | flag is a boolean
            int(type) == 1         | type is a string
            item.price % 2 == 0    | item.price is a number
            bad > 3                | bad is a number out of bounds
            bad == 3               | bad is a number out of bounds
            bad == null            | bad is a number out of bounds
            bad != null && bad > 0 | bad is a number out of bounds
            bad != 'x'             | bad is a number out of bounds
            bad == true            | bad is a number out of bounds
            bad in ['x']           | bad is a number out of bounds
            bad                    | bad is a number out of bounds
            bad * 2 > 3            | bad is a number out of bounds
            half == 'x'            | half is a string that is no Unicode text
            size(half) == 1        | half is a string that is no Unicode text
            bad > 3 && flag        | bad is a number out of bounds, flag is a boolean
            bad > 3 ? flag : flag  | bad is a number out of bounds, flag is a boolean
            """)
    void failureNamesTheFieldsAndNoValue(String text, String found) {
        for (EventFilter filter : List.of(bound(text), boundToCel(text))) {
            InvalidEvent e = catchThrowableOfType(InvalidEvent.class, () -> filter.test(row));
            assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.FILTER_FAILED);
            assertThat(e).hasMessage("the filter '" + text + "' cannot be decided: " + found);
            assertThat(e.getMessage() + e.remedy()).doesNotContain("view").doesNotContain("12.5");
        }
    }

    @Test
    void namesItsFieldsOnceInOrder() throws InvalidExpression {
        FilterExpression filter = FilterExpression.parse("b.c == 1 && a.startsWith('x') || b.c in [1, d]");

        assertThat(filter.fields()).extracting(FieldPath::toString).containsExactly("b.c", "a", "d");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            type == 'view            | 1:9 token recognition error at: ''view'
            type = 'view'            | 1:6 token recognition error at: '= '
            type ==                  | 1:8 the expression ends too early
            nofun(type)              | 1:6 undeclared reference to 'nofun'
            has(item.price)          | 1:4 undeclared reference to 'has'
            1 + 2                    | 1:3 a number where a condition is wanted
            size(type)               | 1:5 expected type 'bool' but found 'int'
            type.startsWith(1)       | 1:16 found no matching overload for 'startsWith' applied to 'dyn.(int)' (candidates: string.(string))
            item[type] > 1           | 1:5 a member of something that is no field
            'abc'[0] == 'a'          | 1:6 a member of something that is no field
            item[1.5] > 1            | 1:5 a member of something that is no field
            item[-1] > 1             | 1:5 no field path: index -1 is not from 0 to 999
            field('a b') > 1         | 1:6 no field path: not a field name: ' b'
            field(type) > 1          | 1:6 a member of something that is no field
            field('a[*]') > 1        | 1:6 'a[*]' in a filter
            field('constant(a)') > 1 | 1:6 'constant(a)' in a filter
            number('1') > 1          | 1:7 a member of something that is no field
            number(number(a)) > 1    | 1:7 a member of something that is no field
            {'a': type} == type      | 1:1 an object in a filter
            [1, 2].exists(x, x > 1)  | 1:14 undeclared reference to 'exists'
            [1].all(x, true)         | 1:8 undeclared reference to 'all'
            type.matches(item)       | 1:14 matches() with a pattern that is not written out
            type.matches('a(')       | 1:14 not a regular expression: 'a('
            type.matches('(?=a)')    | 1:14 not a regular expression: '(?=a)'
            timestamp(type) == type  | 1:10 undeclared reference to 'timestamp'
            'a'.b == 1               | 1:4 a member of something that is no field
            .type == 1               | 1:2 no field path: '.type'
            """)
    void refusesWithTheColumn(String text, String expected) {
        assertThatThrownBy(() -> FilterExpression.parse(text))
                .isInstanceOfSatisfying(
                        InvalidExpression.class,
                        e -> assertThat(e.problems())
                                .extracting(
                                        problem -> problem.line() + ":" + problem.column() + " " + problem.problem())
                                .contains(expected));
    }

    @Test
    void refusesAnEmptyAndAnEndlessExpression() {
        assertThatThrownBy(() -> FilterExpression.parse("  ")).hasMessage("an empty expression");
        assertThatThrownBy(() -> FilterExpression.parse("a == '" + "x".repeat(4_090) + "'"))
                .hasMessage("an expression of 4097 characters");
        assertThatThrownBy(() -> FilterExpression.parse("(".repeat(1_000) + "a" + ")".repeat(1_000)))
                .isInstanceOf(InvalidExpression.class);
    }

    private static EventFilter bound(String text) {
        return parse(text).bind(path -> FIELDS.indexOf(path.toString()));
    }

    private static EventFilter boundToCel(String text) {
        return parse(text).bindToCel(path -> FIELDS.indexOf(path.toString()));
    }

    private static FilterExpression parse(String text) {
        try {
            return FilterExpression.parse(text);
        } catch (InvalidExpression e) {
            throw new AssertionError(text, e);
        }
    }
}
