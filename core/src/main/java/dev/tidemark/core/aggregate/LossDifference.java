package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code log_loss_difference} and {@code mae_difference}: of two predictions of one truth, the loss of the input less that of the
 * other, summed, with what an interval of its mean needs: how many events there were, and the sum of squares. Both sums are exact.
 */
final class LossDifference extends Judgement {

    private static final Parameter OTHER = new Parameter(
            "other",
            Parameter.Kind.FIELD,
            null,
            Double.NaN,
            Double.NaN,
            "the field that holds another prediction of the same");

    private final LossState.Term term;

    private LossDifference(String name, String summary, LossState.Term term, boolean ofProbabilities) {
        super(name, summary, ofProbabilities, OTHER);
        this.term = term;
    }

    static LossDifference ofLogLoss() {
        return new LossDifference(
                "log_loss_difference",
                "log_loss of a probability less that of another, event by event: count, sum and sum of squares",
                LossState.Term.LOG_LOSS,
                /* ofProbabilities= */ true);
    }

    static LossDifference ofMae() {
        return new LossDifference(
                "mae_difference",
                "absolute error of a predicted number less that of another, event by event: count, sum and sum of squares",
                LossState.Term.ABSOLUTE_ERROR,
                /* ofProbabilities= */ false);
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        Map<String, ValueType> members = new LinkedHashMap<>();
        members.put("count", ValueType.INTEGER);
        members.put("sum", ValueType.NUMBER);
        members.put("squares", ValueType.NUMBER);
        return ValueType.struct(members);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        FieldInput other = Arguments.get(arguments, OTHER, FieldInput.class);
        StateType state = new DifferenceState.Type(term, input, other, Label.in(arguments));
        return new BoundFunction(List.of(state), tiles -> value((DifferenceState) tiles.merged(0)));
    }

    private static Map<String, Object> value(DifferenceState differences) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("count", differences.events());
        value.put("sum", differences.sum());
        value.put("squares", differences.squares());
        return Collections.unmodifiableMap(value);
    }
}
