package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The columns after those of the spine: {@code view__feature}, or with two catalogs {@code view__feature__a} beside
 * {@code view__feature__b}.
 */
final class OutputColumns {

    private static final String[] SUFFIXES = {"__a", "__b"};

    private final List<Place> places = new ArrayList<>();
    private final List<Type> types = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();

    /** Where a column's value is: among the values of a target; and what it is. */
    record Place(WantedView target, int value, ValueType type) {

        String name() {
            return target.names().get(value);
        }
    }

    /** Two columns of one feature under two catalogs. */
    record Pair(String feature, int first, int second) {}

    /** @param comparison whether there are two catalogs */
    OutputColumns(List<WantedView> targets, boolean exact, boolean comparison, List<PrimitiveType> spine) {
        for (Map.Entry<String, List<WantedView>> view : byView(targets).entrySet()) {
            Set<String> names = new LinkedHashSet<>();
            view.getValue().forEach(target -> names.addAll(target.names()));
            for (String name : names) {
                Integer first = null;
                for (WantedView target : view.getValue()) {
                    int value = target.names().indexOf(name);
                    if (value >= 0) {
                        Integer column = add(target, value, exact, comparison ? SUFFIXES[target.definition()] : "");
                        if (first != null) {
                            pairs.add(new Pair(target.columnOf(name), first, column));
                        }
                        first = column;
                    }
                }
            }
        }
        checkNames(spine);
    }

    private static Map<String, List<WantedView>> byView(List<WantedView> targets) {
        Map<String, List<WantedView>> byView = new java.util.LinkedHashMap<>();
        targets.forEach(target -> byView.computeIfAbsent(target.view().name(), name -> new ArrayList<>())
                .add(target));
        return byView;
    }

    private int add(WantedView target, int value, boolean exact, String suffix) {
        String name = target.names().get(value);
        ValueType type = ColumnTypes.types(target.view()).getOrDefault(name, ValueType.SCALAR);
        places.add(new Place(target, value, type));
        types.add(ColumnTypes.value(target.columnOf(name) + suffix, type, exact));
        return types.size() - 1;
    }

    /** Databases and Spark treat names that differ only in case as equal, so this does too. */
    private void checkNames(List<PrimitiveType> spine) {
        Map<String, String> spineNames = new HashMap<>();
        spine.forEach(column -> spineNames.put(folded(column), column.getName()));
        Set<String> names = new HashSet<>();
        for (Type column : types) {
            String ofSpine = spineNames.get(folded(column));
            if (ofSpine != null) {
                throw new TrainingSetProblem("the spine has a column '" + ofSpine
                        + "' already, which is what the feature's column is called: rename or leave out the spine's");
            }
            if (!names.add(folded(column))) {
                throw new TrainingSetProblem("two features would have the column '" + column.getName()
                        + "': choose one of them with --views or --features, or rename a view");
            }
        }
    }

    private static String folded(Type column) {
        return column.getName().toLowerCase(Locale.ROOT);
    }

    /** The values of the columns. */
    List<Place> places() {
        return places;
    }

    List<Type> types() {
        return types;
    }

    List<Pair> pairs() {
        return pairs;
    }

    /** Picks the columns' values. */
    void fill(List<@Nullable Object[]> byTarget, @Nullable Object[] row) {
        for (int i = 0; i < row.length; i++) {
            Place place = places.get(i);
            row[i] = byTarget.get(place.target().index())[place.value()];
        }
    }
}
