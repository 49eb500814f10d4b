package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code log_loss}, {@code brier}, {@code mae}, {@code rmse} and {@code bias}: the mean of a term over all events that have a
 * prediction and its label, to 16 significant digits; null for no events.
 */
final class Loss extends Judgement {

    private final LossState.Term term;
    private final boolean root;

    private Loss(String name, String summary, LossState.Term term, boolean ofProbabilities, boolean root) {
        super(name, summary, ofProbabilities);
        this.term = term;
        this.root = root;
    }

    static Loss logLoss() {
        return new Loss(
                "log_loss", "mean of -ln of the probability given to the label", LossState.Term.LOG_LOSS, true, false);
    }

    static Loss brier() {
        return new Loss(
                "brier",
                "mean of the squared distance of a probability from its label",
                LossState.Term.SQUARED_ERROR,
                true,
                false);
    }

    static Loss mae() {
        return new Loss(
                "mae", "mean absolute error of a predicted number", LossState.Term.ABSOLUTE_ERROR, false, false);
    }

    static Loss rmse() {
        return new Loss(
                "rmse",
                "root of the mean squared error of a predicted number",
                LossState.Term.SQUARED_ERROR,
                false,
                true);
    }

    static Loss bias() {
        return new Loss("bias", "mean of a predicted number less the true one", LossState.Term.ERROR, false, false);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        StateType state = new LossState.Type(term, input, Label.in(arguments));
        return new BoundFunction(List.of(state), tiles -> value((LossState) tiles.merged(0)));
    }

    private @Nullable BigDecimal value(LossState terms) {
        if (!root || terms.events() == 0) {
            return Avg.quotient(terms.value(), terms.events());
        }
        BigDecimal mean = terms.value().divide(BigDecimal.valueOf(terms.events()), MathContext.DECIMAL128);
        return Decimals.canonical(mean.sqrt(MathContext.DECIMAL64));
    }
}
