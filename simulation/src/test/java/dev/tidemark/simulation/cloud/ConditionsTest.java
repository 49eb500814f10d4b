package dev.tidemark.simulation.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ConditionsTest {

    private static final Map<String, AttributeValue> STORED =
            Map.of("pk", AttributeValue.fromS("p"), "m", AttributeValue.fromS("7"));

    @Test
    void absence() {
        assertThat(Conditions.holds("attribute_not_exists(pk)", Map.of(), null)).isTrue();
        assertThat(Conditions.holds("attribute_not_exists(pk)", Map.of(), STORED))
                .isFalse();
    }

    @Test
    void equality() {
        assertThat(Conditions.holds("m = :read", values("7"), STORED)).isTrue();
        assertThat(Conditions.holds("m = :read", values("8"), STORED)).isFalse();
        assertThat(Conditions.holds("m = :read", values("7"), null)).isFalse();
        assertThat(Conditions.holds("x = :read", values("7"), STORED)).isFalse();
    }

    @Test
    void noCondition() {
        assertThat(Conditions.holds(null, Map.of(), STORED)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"m <> :read", "m = :read OR attribute_not_exists(pk)", "attribute_exists(pk)", ""})
    void whatIsNotKnownFails(String expression) {
        assertThatThrownBy(() -> Conditions.holds(expression, values("7"), STORED))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void keyRanges() {
        Map<String, AttributeValue> values = Map.of(
                ":p", AttributeValue.fromS("p"), ":a", AttributeValue.fromS("a"), ":b", AttributeValue.fromS("b"));

        assertThat(Conditions.keys("pk = :p", values)).isEqualTo(new Conditions.KeyRange("p", null, null));
        assertThat(Conditions.keys("pk = :p AND sk BETWEEN :a AND :b", values))
                .isEqualTo(new Conditions.KeyRange("p", "a", "b"));
        assertThatThrownBy(() -> Conditions.keys("pk = :p AND sk > :a", values))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private static Map<String, AttributeValue> values(String read) {
        return Map.of(":read", AttributeValue.fromS(read));
    }
}
