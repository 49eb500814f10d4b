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
final class LossDifference implements AggregateFunction {

    private static final Parameter OTHER = new Parameter(
            "other",
            Parameter.Kind.FIELD,
            null,
            Double.NaN,
            Double.NaN,
            "the field that holds another prediction of the same");

    private final String name;
    private final String summary;
    private final LossState.Term term;
    private final Loss loss;

    private LossDifference(String name, String summary, LossState.Term term, Loss loss) {
        this.name = name;
        this.summary = summary;
        this.term = term;
        this.loss = loss;
    }

    static LossDifference ofLogLoss() {
        return new LossDifference(
                "log_loss_difference",
                "log_loss of a probability less that of another, event by event: count, sum and sum of squares",
                LossState.Term.LOG_LOSS,
                Loss.logLoss());
    }

    static LossDifference ofMae() {
        return new LossDifference(
                "mae_difference",
                "absolute error of a predicted number less that of another, event by event: count, sum and sum of squares",
                LossState.Term.ABSOLUTE_ERROR,
                Loss.mae());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public Input input() {
        return loss.input();
    }

    @Override
    public Input label() {
        return loss.label();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Label.PARAMETER, OTHER);
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
