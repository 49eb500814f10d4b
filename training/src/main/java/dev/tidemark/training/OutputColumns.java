package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The columns after those of the spine: {@code view__feature}, or with two catalogs {@code view__feature__a} beside
 * {@code view__feature__b}, or the values of a model's vector under their own names.
 */
final class OutputColumns {

    private static final String[] SUFFIXES = {"__a", "__b"};

    private final @Nullable Model model;
    private final List<ViewValue> viewValues;
    private final List<Place> places = new ArrayList<>();
    private final List<Type> types = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();

    /**
     * What a column's values are, and where.
     *
     * @param of where it is among the values of views; null for a model's request inputs, derived values and fields of references
     */
    record Place(ValueType type, @Nullable ViewValue of) {}

    /** The index of a value among those of a target. */
    record ViewValue(WantedView target, int index) {

        String name() {
            return target.names().get(index);
        }
    }

    /** Two columns of one feature under two catalogs. */
    record Pair(String feature, int first, int second) {}

    OutputColumns(TrainingSetRequest request, List<WantedView> targets, List<PrimitiveType> spine) {
        this.model = request.definition();
        this.viewValues = valuesOf(targets);
        if (model == null) {
            addFeatures(targets, request);
        } else {
            addVector(model, request.exact());
        }
        checkNames(spine);
    }

    private void addFeatures(List<WantedView> targets, TrainingSetRequest request) {
        for (Map.Entry<String, List<WantedView>> view : byView(targets).entrySet()) {
            Set<String> names = new LinkedHashSet<>();
            view.getValue().forEach(target -> names.addAll(target.names()));
            for (String name : names) {
                Integer first = null;
                for (WantedView target : view.getValue()) {
                    int value = target.names().indexOf(name);
                    if (value >= 0) {
                        Integer column = add(
                                new ViewValue(target, value),
                                request.exact(),
                                request.isComparison() ? SUFFIXES[target.definition()] : "");
                        if (first != null) {
                            pairs.add(new Pair(target.columnOf(name), first, column));
                        }
                        first = column;
                    }
                }
            }
        }
    }

    private void addVector(Model of, boolean exact) {
        Map<String, ViewValue> byName = new HashMap<>();
        viewValues.forEach(value -> byName.put(vectorName(value), value));
        for (Model.Value value : of.vector()) {
            places.add(new Place(value.type(), byName.get(value.name())));
            types.add(ColumnTypes.value(value.name(), value.type(), exact));
        }
    }

    private static List<ViewValue> valuesOf(List<WantedView> targets) {
        List<ViewValue> values = new ArrayList<>();
        for (WantedView target : targets) {
            for (int i = 0; i < target.names().size(); i++) {
                values.add(new ViewValue(target, i));
            }
        }
        return values;
    }

    private static String vectorName(ViewValue value) {
        return Model.valueNameOf(value.target().view().name(), value.name());
    }

    private static Map<String, List<WantedView>> byView(List<WantedView> targets) {
        Map<String, List<WantedView>> byView = new java.util.LinkedHashMap<>();
        targets.forEach(target -> byView.computeIfAbsent(target.view().name(), name -> new ArrayList<>())
                .add(target));
        return byView;
    }

    private int add(ViewValue value, boolean exact, String suffix) {
        WantedView target = value.target();
        ValueType type = ColumnTypes.types(target.view()).getOrDefault(value.name(), ValueType.SCALAR);
        places.add(new Place(type, value));
        types.add(ColumnTypes.value(target.columnOf(value.name()) + suffix, type, exact));
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
                        + (model == null
                                ? "': choose one of them with --views or --features, or rename a view"
                                : "': rename one of them in the catalog"));
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

    /**
     * Computes a row.
     *
     * @param byTarget the answers about the row
     * @param given by name, what is of no view: {@link Spine#request}, and what the row finds in references
     */
    void fill(List<@Nullable Object[]> byTarget, Map<String, @Nullable Object> given, @Nullable Object[] row) {
        if (model == null) {
            for (int i = 0; i < row.length; i++) {
                row[i] = read(Objects.requireNonNull(places.get(i).of()), byTarget);
            }
        } else {
            Map<String, @Nullable Object> values = new HashMap<>(given);
            viewValues.forEach(value -> values.put(vectorName(value), read(value, byTarget)));
            model.vector(values).toArray(row);
        }
    }

    private static @Nullable Object read(ViewValue value, List<@Nullable Object[]> byTarget) {
        return byTarget.get(value.target().index())[value.index()];
    }
}
