package dev.tidemark.cli.monitor;

import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.view.Monitor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers of a model's quality in columns. */
final class Table {

    static final String NONE = "-";

    /** A text of an event may have 256 characters. */
    private static final int MAX_NAME_CHARS = 48;

    private static final MathContext SHOWN = new MathContext(4);

    /** Of what is computed in doubles. */
    private static final MathContext DOUBLE = new MathContext(12);

    private Table() {}

    /** The numbers of a model's quality that are shown. */
    static List<String> columns(Monitor.@Nullable Outcome outcome) {
        if (outcome == null) {
            return List.of();
        }
        return outcome.isBinary()
                ? List.of("rate", "accuracy", "f1", "auc", "log_loss", "ece")
                : List.of("mae", "rmse", "bias");
    }

    /** One of them; those that depend on a threshold at the first. */
    static String shown(@Nullable Metrics metrics, Monitor.@Nullable Outcome outcome, String column) {
        if (metrics == null || outcome == null) {
            return NONE;
        }
        boolean hasThreshold = column.equals("accuracy") || column.equals("f1");
        return shown(metrics.number(column, hasThreshold ? outcome.thresholds().get(0) : null));
    }

    static String shown(@Nullable BigDecimal number) {
        return number == null ? NONE : stripped(number.round(SHOWN)).toPlainString();
    }

    /** The difference of two losses with its interval, in cells: positive if the second is better. */
    static List<String> of(String name, PairedDifference difference, String first, String second) {
        return List.of(
                "  " + name,
                Long.toString(difference.requests()),
                shown(new BigDecimal(difference.mean())),
                "[" + shown(new BigDecimal(difference.low())) + ", " + shown(new BigDecimal(difference.high())) + "]",
                !difference.isDecided() ? "may be chance" : (difference.mean() > 0 ? second : first) + " is better");
    }

    /** What such a difference is of. */
    static String compared(Monitor.Outcome outcome, String first, String second) {
        return (outcome.isBinary() ? "log loss of " : "absolute error of ") + first + " less that of " + second
                + ", on the same predictions, with its 95 % interval:";
    }

    /** A text of an event, as a part of a cell. */
    static String name(String text) {
        String line = ShownText.line(text);
        return line.length() <= MAX_NAME_CHARS ? line : line.substring(0, MAX_NAME_CHARS - 1) + "…";
    }

    static BigDecimal rounded(BigDecimal number) {
        return stripped(number.round(DOUBLE));
    }

    private static BigDecimal stripped(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    /** Columns as wide as their widest cell; the last one is not filled up. What events hold stays within its cell. */
    static String of(List<List<String>> cells) {
        List<List<String>> rows = cells.stream()
                .map(row -> row.stream().map(ShownText::line).toList())
                .toList();
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                text.append(row.get(i));
                if (i < row.size() - 1) {
                    text.append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
