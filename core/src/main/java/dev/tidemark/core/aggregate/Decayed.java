package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code decayed_sum}, {@code decayed_avg} and {@code decayed_count}: a tile weighs 2^(-age / half-life), its age
 * being the time from its middle to the moment asked for, at least 0.
 *
 * <p>Tiles hold exact sums; weights are applied when a value is read, in IEEE doubles with {@link StrictMath}, oldest
 * tile first, so that every machine gets the same bits. Rounded to 12 significant digits. The average is null for no
 * events, and where all of them are so old (more than 1,000 half-lives) that their weights vanish.
 */
final class Decayed implements AggregateFunction {

    private static final Parameter HALF_LIFE = new Parameter(
            "half_life",
            Parameter.Kind.DURATION,
            null,
            1_000,
            Double.NaN,
            "after this time an event weighs half, after twice this time a quarter");

    private static final MathContext DIGITS = new MathContext(12, RoundingMode.HALF_EVEN);

    private final Part part;

    private enum Part {
        SUM,
        AVG,
        COUNT
    }

    private Decayed(Part part) {
        this.part = part;
    }

    static Decayed sum() {
        return new Decayed(Part.SUM);
    }

    static Decayed avg() {
        return new Decayed(Part.AVG);
    }

    static Decayed count() {
        return new Decayed(Part.COUNT);
    }

    @Override
    public String name() {
        return switch (part) {
            case SUM -> "decayed_sum";
            case AVG -> "decayed_avg";
            case COUNT -> "decayed_count";
        };
    }

    @Override
    public String summary() {
        return switch (part) {
            case SUM -> "sum of a number in which older events weigh less";
            case AVG -> "mean of a number in which older events weigh less";
            case COUNT -> "number of events in which older ones weigh less";
        };
    }

    @Override
    public Input input() {
        return part == Part.COUNT ? Input.NONE : Input.NUMBER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(HALF_LIFE);
    }

    /** The lifetime tile has no age. */
    @Override
    public boolean allowsLifetime() {
        return false;
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        long halfLifeMillis = Arguments.get(arguments, HALF_LIFE, Long.class);
        return switch (part) {
            case SUM ->
                new BoundFunction(List.of(SumState.Type.of(input)), tiles -> round(weighted(tiles, 0, halfLifeMillis)));
            case COUNT ->
                new BoundFunction(List.of(CountState.Type.ALL), tiles -> round(weighted(tiles, 0, halfLifeMillis)));
            case AVG ->
                new BoundFunction(
                        List.of(SumState.Type.of(input), CountState.Type.of(input)),
                        tiles -> average(weighted(tiles, 0, halfLifeMillis), weighted(tiles, 1, halfLifeMillis)));
        };
    }

    private static double weighted(TileStates tiles, int state, long halfLifeMillis) {
        double total = 0;
        for (TileStates.Slice slice : tiles.slices()) {
            total += weight(slice, tiles.atMillis(), halfLifeMillis) * number(slice.state(state));
        }
        return total;
    }

    private static double weight(TileStates.Slice slice, long atMillis, long halfLifeMillis) {
        long middleMillis = slice.startMillis() + (slice.endMillis() - slice.startMillis()) / 2;
        long ageMillis = Math.max(0, atMillis - middleMillis);
        return StrictMath.pow(2, -(double) ageMillis / halfLifeMillis);
    }

    private static double number(State state) {
        return state instanceof CountState counted
                ? counted.count()
                : ((SumState) state).value().doubleValue();
    }

    private static @Nullable BigDecimal average(double sum, double count) {
        return count == 0 ? null : round(sum / count);
    }

    private static BigDecimal round(double value) {
        return Decimals.canonical(new BigDecimal(value).round(DIGITS));
    }
}
