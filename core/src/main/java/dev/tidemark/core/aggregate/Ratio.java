package dev.tidemark.core.aggregate;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code ratio}: which part of the view's events pass the feature's {@code where}, to 16 significant digits; null for
 * no events.
 */
final class Ratio implements AggregateFunction {

    @Override
    public String name() {
        return "ratio";
    }

    @Override
    public String summary() {
        return "part of the view's events that pass the feature's where";
    }

    @Override
    public Input input() {
        return Input.NONE;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public boolean needsWhere() {
        return true;
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new Share();
    }

    private record Share() implements Computation {

        private static final int PASSED = 0;
        private static final int ALL = 1;

        @Override
        public List<StateType> states() {
            return List.of(CountState.Type.ALL, CountState.Type.ALL);
        }

        @Override
        public boolean ignoresWhere(int state) {
            return state == ALL;
        }

        @Override
        public @Nullable BigDecimal value(TileStates tiles) {
            return Avg.quotient(BigDecimal.valueOf(Count.count(tiles, PASSED)), Count.count(tiles, ALL));
        }
    }
}
