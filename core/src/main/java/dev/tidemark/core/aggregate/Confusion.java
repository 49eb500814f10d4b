package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code confusion}: for each threshold how many probabilities, called positive from the threshold on, were right and wrong,
 * and what follows from that. A quotient without a denominator is null; others are rounded to 16 significant digits.
 */
final class Confusion extends Judgement {

    private static final Parameter THRESHOLDS = new Parameter(
            "thresholds",
            Parameter.Kind.NUMBERS,
            List.of(new BigDecimal("0.5")),
            1,
            100,
            "from which probability on an event is called positive, strictly increasing, from 0 to 1");

    private static final List<String> COUNTS = List.of("tp", "fp", "fn", "tn");
    private static final List<String> QUOTIENTS = List.of("accuracy", "precision", "recall", "f1");

    Confusion() {
        super(
                "confusion",
                "true and false positives and negatives of a probability at thresholds, with accuracy, precision, recall, f1",
                /* ofProbabilities= */ true,
                THRESHOLDS);
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        Map<String, ValueType> members = new LinkedHashMap<>();
        members.put("threshold", ValueType.NUMBER);
        COUNTS.forEach(name -> members.put(name, ValueType.INTEGER));
        QUOTIENTS.forEach(name -> members.put(name, ValueType.NUMBER));
        return ValueType.list(ValueType.struct(members));
    }

    /** @throws IllegalArgumentException if a threshold is not from 0 to 1 */
    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        List<BigDecimal> thresholds = Arguments.numbers(arguments, THRESHOLDS);
        for (BigDecimal threshold : thresholds) {
            if (threshold.signum() < 0 || threshold.compareTo(BigDecimal.ONE) > 0) {
                throw new IllegalArgumentException("threshold " + threshold + " is not from 0 to 1");
            }
        }
        StateType state = SplitType.byLabel(Label.in(arguments), new HistogramStateType(input, thresholds));
        return new BoundFunction(List.of(state), tiles -> value(thresholds, (SplitState) tiles.merged(0)));
    }

    private static List<Map<String, @Nullable Object>> value(List<BigDecimal> thresholds, SplitState counts) {
        List<Long> negatives = ((HistogramState) counts.first()).counts();
        List<Long> positives = ((HistogramState) counts.second()).counts();
        List<Map<String, @Nullable Object>> values = new ArrayList<>();
        for (int i = 0; i < thresholds.size(); i++) {
            values.add(at(
                    thresholds.get(i),
                    sum(positives.subList(i + 1, positives.size())),
                    sum(negatives.subList(i + 1, negatives.size())),
                    sum(positives.subList(0, i + 1)),
                    sum(negatives.subList(0, i + 1))));
        }
        return Collections.unmodifiableList(values);
    }

    private static Map<String, @Nullable Object> at(BigDecimal threshold, long tp, long fp, long fn, long tn) {
        Map<String, @Nullable Object> value = new LinkedHashMap<>();
        value.put("threshold", Decimals.canonical(threshold));
        value.put("tp", tp);
        value.put("fp", fp);
        value.put("fn", fn);
        value.put("tn", tn);
        value.put("accuracy", quotient(tp + tn, tp + fp + fn + tn));
        value.put("precision", quotient(tp, tp + fp));
        value.put("recall", quotient(tp, tp + fn));
        value.put("f1", quotient(2 * tp, 2 * tp + fp + fn));
        return Collections.unmodifiableMap(value);
    }

    private static @Nullable BigDecimal quotient(long dividend, long divisor) {
        return Avg.quotient(BigDecimal.valueOf(dividend), divisor);
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
