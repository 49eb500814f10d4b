package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Profiles of generated values, on a grid like that of {@code profile}. */
final class Profiles {

    private static final double WIDTH = Math.log(1.02);

    private Profiles() {}

    static Profile ofNumbers(long nulls, double... numbers) {
        NavigableMap<BigDecimal, Long> cells = new TreeMap<>();
        double sum = 0;
        double squares = 0;
        Map<Integer, Integer> positive = new HashMap<>();
        for (double number : numbers) {
            if (number > 0) {
                positive.merge((int) Math.floor(Math.log(number) / WIDTH), 1, Integer::sum);
            } else {
                cells.merge(cell(number), 1L, Long::sum);
            }
            sum += number;
            squares += number * number;
        }
        positive.forEach((index, count) -> cells.merge(middle(index), (long) count, Long::sum));
        if (numbers.length == 0) {
            return new Profile(nulls, null, null, cells, Map.of(), 0);
        }
        double mean = sum / numbers.length;
        double variance = Math.max(0, squares / numbers.length - mean * mean);
        return new Profile(
                nulls, BigDecimal.valueOf(mean), BigDecimal.valueOf(Math.sqrt(variance)), cells, Map.of(), 0);
    }

    /** The cell of a number, by its geometric middle. */
    static BigDecimal cell(double number) {
        if (number == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal middle = middle((int) Math.floor(Math.log(Math.abs(number)) / WIDTH));
        return number < 0 ? middle.negate() : middle;
    }

    private static BigDecimal middle(int index) {
        return BigDecimal.valueOf(Math.exp((index + 0.5) * WIDTH))
                .round(new MathContext(8))
                .stripTrailingZeros();
    }

    static Profile ofNumbers(int rows, DoubleSupplier numbers) {
        double[] all = new double[rows];
        for (int i = 0; i < rows; i++) {
            all[i] = numbers.getAsDouble();
        }
        return ofNumbers(0, all);
    }

    static Profile ofTexts(int rows, Supplier<String> texts) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (int i = 0; i < rows; i++) {
            values.merge(texts.get(), 1L, Long::sum);
        }
        return new Profile(0, null, null, new TreeMap<>(), values, 0);
    }

    /** Normal, by the polar method. */
    static double normal(SplittableRandom random, double mean, double deviation) {
        while (true) {
            double u = 2 * random.nextDouble() - 1;
            double v = 2 * random.nextDouble() - 1;
            double s = u * u + v * v;
            if (s > 0 && s < 1) {
                return mean + deviation * u * Math.sqrt(-2 * Math.log(s) / s);
            }
        }
    }
}
