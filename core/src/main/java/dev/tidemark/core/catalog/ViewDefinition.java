package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.GroupBy;
import dev.tidemark.core.aggregate.Label;
import dev.tidemark.core.expression.FeatureExpression;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.window.Window;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A view as the catalog defines it, checked and with its defaults filled in, but not yet compiled.
 *
 * @param source whose events it reads, or whose pairs
 * @param eventTime null for the source's
 * @param pair null if it reads events
 * @param fields of the events or pairs; grows as the view names them
 * @param lookUps what is looked up for each event
 * @param withinMillis how long after its event time an event may happen, by the source; null for however long
 * @param heads whether new events go into heads, where there is more than one width
 * @param zone of its calendar windows; null if it has none
 */
record ViewDefinition(
        String name,
        YamlValue at,
        SourceDefinition source,
        SourceReader.@Nullable EventTime eventTime,
        @Nullable PairDefinition pair,
        SourceFields fields,
        List<LookUpDefinition> lookUps,
        List<Field> entity,
        @Nullable FilterExpression where,
        long hopMillis,
        long retentionMillis,
        long skewMillis,
        @Nullable Long withinMillis,
        @Nullable Duplicates duplicates,
        boolean heads,
        @Nullable ZoneId zone,
        List<Feature> features,
        List<Derived> derived,
        Notes notes) {

    /** How late an event, or a pair of two that were in time, may be folded. */
    long foldedMillis() {
        return retentionMillis + (pair == null ? 0 : pair.withinMillis());
    }

    record Duplicates(Field eventId, SeenIds.Rule rule) {}

    /**
     * @param inputKind what the input must be: the function's, or one that {@code type:} narrows it to
     * @param arguments of the function's parameters, defaults filled in
     * @param type what its values are
     */
    record Feature(
            String name,
            YamlValue at,
            AggregateFunction function,
            @Nullable Field input,
            AggregateFunction.Input inputKind,
            boolean optional,
            List<Window> windows,
            @Nullable FilterExpression where,
            @Nullable Grouping grouping,
            Map<String, Object> arguments,
            ValueType type,
            Notes notes) {

        /** The field that its input is held against; null if there is none. */
        @Nullable
        FieldInput label() {
            return arguments.values().stream()
                    .filter(Label.class::isInstance)
                    .findFirst()
                    .map(label -> ((Label) label).field())
                    .orElse(null);
        }

        /** Other fields that hold such an input. */
        List<FieldInput> others() {
            return arguments.values().stream()
                    .filter(FieldInput.class::isInstance)
                    .map(FieldInput.class::cast)
                    .toList();
        }
    }

    /** @param groups null for whatever groups come, up to {@code maxGroups} */
    record Grouping(Field field, @Nullable List<String> groups, int maxGroups) {

        GroupBy.Spec spec() {
            FieldInput input = new FieldInput(field.slot(), field.toString(), true);
            return groups == null ? new GroupBy.Bounded(input, maxGroups) : new GroupBy.Listed(input, groups);
        }
    }

    /** In the order of computation: each uses only the features and the derived features before it. */
    record Derived(
            String name,
            String text,
            @Nullable Object defaultValue,
            ValueType type,
            FeatureExpression expression,
            Notes notes) {}
}
