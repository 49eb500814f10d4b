package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Definitions.Derived;
import dev.tidemark.oracle.Definitions.Feature;
import dev.tidemark.oracle.Definitions.ViewDefinition;
import dev.tidemark.oracle.FeatureValues.Evaluated;
import dev.tidemark.oracle.FeatureValues.Moment;
import dev.tidemark.oracle.Rungs.Span;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer to every question about a catalog and a set of records, as known when all of them have arrived. Plain and
 * slow on purpose: no tiles, no marks, no merging; every question goes through the entity's events. Immutable once made.
 *
 * <p>A question about a past moment is answered from all records, those that arrived later included. For what was served
 * at a moment, give only the records that had arrived by then. Lifetime windows are answered for past moments too,
 * although the live state keeps them as of now only; each answer names them.
 *
 * <p>Beyond its means, and refused with an exception rather than answered wrongly: more event ids of one entity than
 * {@code max_ids}. Values that the product estimates or computes in floating point come with a tolerance; see
 * {@link Answers}.
 */
public final class Oracle {

    private static final double DOUBLE_ROUNDING = 4e-16;

    private final Definitions definitions;
    private final Map<String, ViewEvents> events = new LinkedHashMap<>();

    /**
     * @param catalogYaml a valid catalog
     * @param records every record that arrived, each once, in any order
     */
    public Oracle(String catalogYaml, Collection<StreamRecord> records) {
        this(catalogYaml, records, List.of());
    }

    /**
     * @param catalogYaml a valid catalog
     * @param records every record that arrived, each once, in any order
     * @param descents which shards came out of which
     */
    public Oracle(String catalogYaml, Collection<StreamRecord> records, Collection<ShardDescent> descents) {
        this(Definitions.read(catalogYaml), records, descents);
    }

    private Oracle(Definitions definitions, Collection<StreamRecord> records, Collection<ShardDescent> descents) {
        this.definitions = definitions;
        Map<Definitions.Source, List<Reading>> readings = new HashMap<>();
        for (ViewDefinition view : definitions.views().values()) {
            List<Reading> ofSource =
                    readings.computeIfAbsent(view.source(), source -> Reading.all(source, records, descents));
            events.put(view.name(), new ViewEvents(view, ofSource, descents));
        }
    }

    /** The same catalog, which is not read again, over other records. */
    public Oracle over(Collection<StreamRecord> others, Collection<ShardDescent> descents) {
        return new Oracle(definitions, others, descents);
    }

    /** View names in catalog order. */
    public List<String> views() {
        return List.copyOf(definitions.views().keySet());
    }

    /** The keys of every entity with a folded event, in code point order. */
    public List<String> entities(String view) {
        return eventsOf(view).entities();
    }

    /** How many folded events an entity has; 0 for an unknown one. */
    public int eventCount(String view, String entity) {
        return eventsOf(view).of(entity).size();
    }

    public ViewReport report(String view) {
        return eventsOf(view).report();
    }

    /**
     * One value.
     *
     * @param feature its name, such as {@code avg_price_30m}
     */
    public JsonNode value(String view, String entity, String feature, long atMillis) {
        JsonNode value = answer(view, entity, atMillis).get("values").get(feature);
        if (value == null) {
            throw new IllegalArgumentException("view '" + view + "' has no value '" + feature + "'");
        }
        return value;
    }

    /**
     * All values of an entity: {@code {"view", "entity", "at", "values": {name: value}, "tolerances": {name: …},
     * "covered": {window: {"start", "end"}}, "lifetime": [name]}}; values in catalog order, tolerances only where a
     * value may differ, covered intervals of the bounded windows as {@code [start, end)}, and the names of the values
     * that look at a lifetime window, themselves or through another value.
     *
     * @param entity the canonical key text; an unknown entity has the values of no events
     */
    public ObjectNode answer(String view, String entity, long atMillis) {
        return answer(view, entity, atMillis, eventsOf(view).of(entity));
    }

    /**
     * As {@link #answer}, but without what happened after the moment: a window ends at the moment itself and not with
     * its hop. What counts as a duplicate is decided from all records all the same.
     */
    public ObjectNode answerUpTo(String view, String entity, long atMillis) {
        List<Event> happened = eventsOf(view).of(entity).stream()
                .filter(event -> event.timeMillis() <= atMillis)
                .toList();
        return answer(view, entity, atMillis, happened);
    }

    private ObjectNode answer(String view, String entity, long atMillis, List<Event> known) {
        ViewDefinition definition = view(view);
        Map<String, Evaluated> values = new LinkedHashMap<>();
        ObjectNode covered = FeatureValues.NODES.objectNode();
        Set<String> lifetime = new LinkedHashSet<>();
        for (Feature feature : definition.features()) {
            for (String window : feature.windows()) {
                Span span = definition.rungs().covered(Lookback.of(window, definition.zone()), atMillis);
                if (window.equals("lifetime")) {
                    lifetime.add(feature.name() + "_" + window);
                } else {
                    covered.putObject(window)
                            .put(
                                    "start",
                                    Instant.ofEpochMilli(span.startMillis()).toString())
                            .put("end", Instant.ofEpochMilli(span.endMillis()).toString());
                }
                values.put(feature.name() + "_" + window, evaluate(definition, feature, known, span, atMillis));
            }
        }
        for (Derived derived : definition.derived()) {
            values.put(derived.name(), evaluate(derived, values));
            if (derived.expression().paths().stream().anyMatch(lifetime::contains)) {
                lifetime.add(derived.name());
            }
        }
        ObjectNode answer = toJson(view, entity, atMillis, values);
        answer.set("covered", covered);
        lifetime.forEach(answer.putArray("lifetime")::add);
        return answer;
    }

    private static Evaluated evaluate(
            ViewDefinition view, Feature feature, List<Event> known, Span span, long atMillis) {
        List<Event> inside = known.stream()
                .filter(event -> span.contains(event.timeMillis()))
                .toList();
        boolean decays = feature.function().startsWith("decayed_");
        if (decays && span.startMillis() == Long.MIN_VALUE) {
            throw new IllegalArgumentException("feature '" + feature.name() + "' decays over a lifetime window");
        }
        Moment moment = new Moment(atMillis, decays ? view.rungs().tiles(span) : List.of());
        return FeatureValues.evaluate(feature, inside, moment);
    }

    private static Evaluated evaluate(Derived derived, Map<String, Evaluated> values) {
        Tolerance tolerance = Tolerance.relative(DOUBLE_ROUNDING);
        List<JsonNode> inputs = new ArrayList<>();
        for (String name : derived.expression().paths()) {
            Evaluated input = values.get(name);
            if (input == null) {
                throw new IllegalArgumentException("'" + derived.name() + "' uses an unknown value '" + name + "'");
            }
            inputs.add(input.value());
            // Good for products and quotients, to first order; sums of like signs stay below it.
            tolerance =
                    Tolerance.relative(tolerance.relative() + input.tolerance().relative());
        }
        JsonNode value = inputs.stream().anyMatch(JsonNode::isNull) ? null : compute(derived, values);
        if (value != null) {
            return new Evaluated(value, tolerance);
        }
        BigDecimal defaultValue = derived.defaultValue();
        JsonNode instead = defaultValue == null ? FeatureValues.NODES.nullNode() : FeatureValues.number(defaultValue);
        return new Evaluated(instead, Tolerance.EXACT);
    }

    private static @Nullable JsonNode compute(Derived derived, Map<String, Evaluated> values) {
        Object result = derived.expression().evaluate(name -> plain(values, name));
        if (result instanceof Number number) {
            double value = number.doubleValue();
            return Double.isFinite(value) ? FeatureValues.number(FeatureValues.shortest(value)) : null;
        }
        if (result instanceof Boolean bool) {
            return FeatureValues.NODES.booleanNode(bool);
        }
        return result == null ? null : FeatureValues.NODES.textNode(result.toString());
    }

    private static @Nullable Object plain(Map<String, Evaluated> values, String name) {
        Evaluated evaluated = values.get(name);
        if (evaluated == null) {
            return null;
        }
        JsonNode value = evaluated.value();
        return value.isNumber()
                ? (Object) value.doubleValue()
                : value.isBoolean() ? value.booleanValue() : value.asText();
    }

    private static ObjectNode toJson(String view, String entity, long atMillis, Map<String, Evaluated> values) {
        ObjectNode answer = FeatureValues.NODES.objectNode();
        answer.put("view", view);
        answer.put("entity", entity);
        answer.put("at", Instant.ofEpochMilli(atMillis).toString());
        ObjectNode plain = answer.putObject("values");
        ObjectNode tolerances = answer.putObject("tolerances");
        values.forEach((name, evaluated) -> {
            plain.set(name, evaluated.value());
            if (!evaluated.tolerance().isExact()) {
                tolerances.set(name, evaluated.tolerance().toJson());
            }
        });
        return answer;
    }

    private ViewDefinition view(String name) {
        return known(definitions.views().get(name), name);
    }

    private ViewEvents eventsOf(String name) {
        return known(events.get(name), name);
    }

    private <T> T known(@Nullable T found, String name) {
        if (found == null) {
            throw new IllegalArgumentException("no view '" + name + "' in " + views());
        }
        return found;
    }
}
