package dev.tidemark.training;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.expression.ExpressionProblem;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.expression.InvalidExpression;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a row of a spine takes from an event: the keys, the event time, a model's request inputs, and further fields.
 * Thread-safe.
 */
final class EventColumns {

    private static final String FIELD_REMEDY = "name an event field such as price or item.id";

    private final Map<String, FieldPath> renamed = new TreeMap<>();
    private final Map<String, FieldPath> fields = new LinkedHashMap<>();
    private final List<SpineColumn> columns = new ArrayList<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<WantedView> targets;
    private final List<Reading> entities = new ArrayList<>();
    private final Catalog.Source source;
    private final @Nullable EventFilter filter;
    private final long skewMillis;

    /** How a column's value is read. */
    interface Reading {

        /** @throws InvalidEvent if the event cannot have a row */
        @Nullable
        Object of(EventRow event);
    }

    /** @throws TrainingSetProblem if the catalog has no such source, or its events cannot be read in this way */
    EventColumns(TrainingSetRequest request, SpineFrom.Events from, List<WantedView> targets) {
        this(request, source(request.catalogs().get(0), from.source()), from.where(), from.columns(), targets);
    }

    /**
     * @param condition in CEL; null for all events
     * @param renames column to event field, as {@link SpineFrom.Events#columns}
     * @throws TrainingSetProblem if the source's events cannot be read in this way
     */
    EventColumns(
            TrainingSetRequest request,
            Catalog.Source defined,
            @Nullable String condition,
            Map<String, String> renames,
            List<WantedView> targets) {
        Catalog catalog = request.catalogs().get(0);
        List<Model.Input> inputs = request.spineOptions().request();
        FilterExpression where = condition == null ? null : parse(condition);
        this.targets = targets;
        renames.forEach((column, field) -> renamed.put(column, path(column, field)));
        // Several views may have one key: then that of a view of this source says which field it is.
        targets.stream()
                .sorted(Comparator.comparing(target -> !target.source().name().equals(defined.name())))
                .forEach(this::addKeys);
        inputs.forEach(input -> fields.put(input.name(), fieldOf(input.name(), input.name())));
        renamed.forEach(fields::putIfAbsent);
        List<FieldPath> read = new ArrayList<>(fields.values());
        read.addAll(where == null ? List.of() : where.fields());
        this.source = defined.reading(read);
        this.filter = where == null ? null : where.bind(source.shape().fields()::indexOf);
        this.skewMillis = catalog.viewsOf(defined).stream()
                .mapToLong(View::skewMillis)
                .max()
                .orElse(0);
        checkFields();
        targets.forEach(target -> entities.add(entity(target.keys())));
        addColumns(request.keyColumns(), inputs);
    }

    private static Catalog.Source source(Catalog catalog, String name) {
        return catalog.sources().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TrainingSetProblem("no source '" + name + "' in catalog " + catalog.hash()
                        + ": there are "
                        + catalog.sources().stream().map(Catalog.Source::name).toList()));
    }

    private static FilterExpression parse(String where) {
        try {
            return FilterExpression.parse(where);
        } catch (InvalidExpression e) {
            throw new TrainingSetProblem(
                    e.problems().stream().map(EventColumns::text).collect(Collectors.joining("\n")), e);
        }
    }

    private static String text(ExpressionProblem problem) {
        return "the condition, column " + problem.column() + ": " + problem.problem() + ": " + problem.remedy();
    }

    private static FieldPath path(String column, String field) {
        try {
            return FieldPath.parse(field);
        } catch (IllegalArgumentException e) {
            throw new TrainingSetProblem("column '" + column + "': " + e.getMessage() + ": " + FIELD_REMEDY, e);
        }
    }

    private FieldPath fieldOf(String column, String field) {
        FieldPath other = renamed.get(column);
        return other == null ? path(column, field) : other;
    }

    private void addKeys(WantedView target) {
        for (int i = 0; i < target.keys().size(); i++) {
            String key = target.keys().get(i);
            String field = target.view().entity().get(i).name();
            FieldPath other = renamed.get(key);
            FieldPath own = path(key, field);
            // Of pairs the events are halves.
            FieldPath ofEvent = target.view().pairs() == null ? own : own.withoutFirst();
            fields.putIfAbsent(key, other == null ? ofEvent : other);
        }
    }

    private void checkFields() {
        try {
            source.reader();
        } catch (IllegalArgumentException e) {
            throw new TrainingSetProblem(
                    "the events cannot be read: " + e.getMessage() + ": a field is either a value or an object", e);
        }
    }

    private void addColumns(Map<String, String> keyColumns, List<Model.Input> inputs) {
        Set<String> left = new HashSet<>(fields.keySet());
        for (WantedView target : targets) {
            for (String key : target.keys()) {
                if (left.remove(key) && WantedView.constant(key) == null) {
                    add(keyColumns.getOrDefault(key, key), ValueType.STRING, false, key(key));
                }
            }
        }
        add(Spine.TIME_COLUMNS.get(0), ValueType.INTEGER, true, EventRow::eventTimeMillis);
        for (Model.Input input : inputs) {
            left.remove(input.name());
            add(input.name(), input.type(), false, requested(input));
        }
        for (String name : fields.keySet()) {
            if (left.contains(name)) {
                add(name, null, false, scalar(name));
            }
        }
    }

    private void add(String name, @Nullable ValueType type, boolean isTime, Reading reading) {
        columns.add(new SpineColumn(name, type, isTime));
        readings.add(reading);
    }

    /** The canonical text of the keys' values. */
    private Reading entity(List<String> keys) {
        int[] slots = keys.stream().mapToInt(this::slot).toArray();
        return event -> EntityKeys.of(event, slots, keys);
    }

    private Reading key(String key) {
        Reading entity = entity(List.of(key));
        return event -> EntityKeys.values(String.valueOf(entity.of(event))).get(0);
    }

    /** None where the default counts, which is filled in when the spine is read. */
    private Reading requested(Model.Input input) {
        Reading scalar = scalar(input.name());
        return event -> {
            Object value = scalar.of(event);
            try {
                return value == null && input.defaultValue() != null ? null : input.accept(value);
            } catch (IllegalArgumentException e) {
                throw new InvalidEvent(InvalidEvent.Reason.MISTYPED_FIELD, String.valueOf(e.getMessage()), "");
            }
        };
    }

    private Reading scalar(String column) {
        int slot = slot(column);
        return event -> scalar(event, slot, column);
    }

    private static @Nullable Object scalar(EventRow event, int slot, String column) {
        return switch (event.kind(slot)) {
            case ABSENT -> null;
            case NUMBER, BIG_NUMBER -> event.decimal(slot);
            case STRING -> event.string(slot);
            case BOOLEAN -> event.bool(slot);
            case FLAWED -> throw event.flaw(slot).invalid("column '" + column + "'");
            case COMPOUND, LIST ->
                throw new InvalidEvent(
                        InvalidEvent.Reason.MISTYPED_FIELD, "column '" + column + "' is an object or a list", "");
        };
    }

    private int slot(String column) {
        return source.shape().fields().indexOf(Objects.requireNonNull(fields.get(column)));
    }

    /** The source, with the fields that are read here. */
    Catalog.Source source() {
        return source;
    }

    List<SpineColumn> columns() {
        return columns;
    }

    /**
     * The event's row.
     *
     * @param statedMillis when it happened, as the producer wrote it
     * @return the columns' values; null if the event does not pass the condition
     * @throws InvalidEvent if it passes, but cannot have a row
     */
    @Nullable
    Object @Nullable [] row(EventRow event, long statedMillis) {
        if (filter != null && !filter.test(event)) {
            return null;
        }
        if (statedMillis - event.arrivalMillis() > skewMillis) {
            throw new InvalidEvent(InvalidEvent.Reason.FAR_FUTURE, "its time lies far after its arrival", "");
        }
        // Several keys may make an entity that no event can have.
        entities.forEach(entity -> entity.of(event));
        @Nullable Object[] row = new Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = readings.get(i).of(event);
        }
        return row;
    }
}
