package dev.tidemark.core.view;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a machine-learning model reads: an ordered vector out of several views and of what is known only at the request.
 *
 * <p>For example, with the vector {@code viewer.avg_price_30m, request.list_price, price_vs_usual}: one entity of view
 * {@code viewer} is read, its key is {@code user_id} of the request; then {@link #vector} of
 *
 * <pre>{viewer.avg_price_30m: 20, request.list_price: 60}</pre>
 *
 * is {@code [20, 60, 3]}.
 *
 * @param name as in the catalog
 * @param hash content hash of {@code facts}; what an artifact was trained with is pinned by it
 * @param facts everything that decides what the vector is, one canonical line each; neither descriptions nor thresholds
 * @param keys names of the entity keys in requests and spines, each once; without those that are the same for all
 * @param request what is known at the request only, in catalog order; no name is also a key's
 * @param views the views it reads, each once
 * @param references the references it looks rows up in, each once
 * @param vector the values in the order of the vector
 * @param derived computed from the other values, in the order of computation; all are in the vector
 * @param staleAfterMillis the lag of the fold from which on a vector is stale; null if it never is
 */
public record Model(
        String name,
        String hash,
        List<String> facts,
        List<String> keys,
        List<Input> request,
        List<ViewInput> views,
        List<ReferenceInput> references,
        List<Value> vector,
        List<View.Derived> derived,
        @Nullable Long staleAfterMillis) {

    /** The prefix of request inputs in the names of values; no view of a model has this name. */
    public static final String REQUEST = "request";

    /**
     * Something that is known at the request only.
     *
     * @param type {@link ValueType#NUMBER}, {@link ValueType#STRING} or {@link ValueType#BOOLEAN}
     * @param defaultValue taken where a request does not have it; null if it must
     */
    public record Input(
            String name, ValueType type, @Nullable Object defaultValue) {

        /**
         * The value that a row of a request or of a spine has for it.
         *
         * @param value {@link BigDecimal}, {@link String} or {@link Boolean}; null if the row has none
         * @return the value, a number without trailing zeros; the default for null
         * @throws IllegalArgumentException saying what is wrong with it
         */
        public Object accept(@Nullable Object value) {
            if (value == null) {
                if (defaultValue == null) {
                    throw new IllegalArgumentException("request input '" + name + "' (" + type.text() + ") is missing");
                }
                return defaultValue;
            }
            if (!(value instanceof BigDecimal
                            ? ValueType.NUMBER
                            : value instanceof String ? ValueType.STRING : ValueType.BOOLEAN)
                    .equals(type)) {
                String is = value instanceof BigDecimal ? "a number" : value instanceof String ? "a text" : "a boolean";
                throw new IllegalArgumentException(
                        "request input '" + name + "' is " + is + " where a " + type.text() + " is wanted");
            }
            if (value instanceof BigDecimal number) {
                return accept(number);
            }
            if (value instanceof String text && !(Bounds.contain(text) && EntityKeys.isWellFormed(text))) {
                throw new IllegalArgumentException("request input '" + name + "' is a text of more than "
                        + Bounds.MAX_SCALAR_BYTES + " bytes, or no well-formed Unicode");
            }
            return value;
        }

        private BigDecimal accept(BigDecimal number) {
            BigDecimal within = Bounds.within(number);
            if (within == null) {
                throw new IllegalArgumentException("request input '" + name + "' is a number of more than "
                        + Bounds.MAX_NUMBER_DIGITS + " digits, or beyond 10^" + (Bounds.MAX_NUMBER_EXPONENT + 1));
            }
            return within;
        }

        /** Its name among the values of the vector. */
        public String valueName() {
            return valueNameOf(REQUEST, name);
        }
    }

    /**
     * A view that is read.
     *
     * @param keys for each key field of the view, in key order, the index in {@link Model#keys} of the key it gets;
     *     {@link #CONSTANT} if that is a constant, for which nobody is asked
     * @param names the view's values that the vector or a derived value needs, in the view's order
     */
    public record ViewInput(View view, List<Integer> keys, List<String> names) {

        /** In place of an index: the key field is {@link View.KeyField#constant} and has no name in requests. */
        public static final int CONSTANT = -1;

        public ViewInput {
            keys = List.copyOf(keys);
            names = List.copyOf(names);
        }

        /** The key values of this view's entity, in the view's order. */
        public List<String> entity(List<String> keyValues) {
            return perKeyField(keyValues, View.KeyField::constant);
        }

        /** What the view's key fields are called, in its order, where keys have these names; a constant as it is written. */
        public List<String> keyNames(List<String> names) {
            return perKeyField(names, View.KeyField::name);
        }

        private List<String> perKeyField(List<String> ofKeys, Function<View.KeyField, @Nullable String> ofConstant) {
            List<String> all = new ArrayList<>(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                int key = keys.get(i);
                all.add(
                        key == CONSTANT
                                ? Objects.requireNonNull(
                                        ofConstant.apply(view.entity().get(i)))
                                : ofKeys.get(key));
            }
            return all;
        }
    }

    /**
     * A reference whose row is looked up, by its own key, in the snapshot that is effective at the vector's moment (rule X1).
     *
     * @param keys for each column of the reference's key, in that order, the index in {@link Model#keys} of the key it gets
     * @param fields those that the vector or a derived value needs
     */
    public record ReferenceInput(String reference, List<Integer> keys, List<String> fields) {

        public ReferenceInput {
            keys = List.copyOf(keys);
            fields = List.copyOf(fields);
        }

        /** The names of its values in the vector. */
        public List<String> valueNames() {
            return fields.stream().map(field -> valueNameOf(reference, field)).toList();
        }

        /** What the columns of its key are called, in that order, where the model's keys have these names. */
        public List<String> keyNames(List<String> names) {
            return keys.stream().map(names::get).toList();
        }

        /** The key of a row, as snapshots have it. */
        public String key(List<String> keyValues) {
            return EntityKeys.of(keyNames(keyValues));
        }

        /**
         * Adds the values of a row's fields, by their names in the vector; null where the row has none, or there is none.
         *
         * @param atMillis the vector's moment
         */
        public void addTo(Map<String, @Nullable Object> values, Snapshot snapshot, String key, long atMillis) {
            Snapshot.Row row = snapshot.row(key, atMillis);
            fields.forEach(field -> values.put(
                    valueNameOf(reference, field),
                    row == null ? null : row.values().get(field)));
        }
    }

    /** One value of the vector. */
    public record Value(String name, ValueType type) {}

    public Model {
        facts = List.copyOf(facts);
        keys = List.copyOf(keys);
        request = List.copyOf(request);
        views = List.copyOf(views);
        references = List.copyOf(references);
        vector = List.copyOf(vector);
        derived = List.copyOf(derived);
    }

    /** The name by which the vector and expressions know a value of a view, a reference, or the request. */
    public static String valueNameOf(String from, String value) {
        return from + "." + value;
    }

    /** The names of the references it looks rows up in. */
    public List<String> referenceNames() {
        return references.stream().map(ReferenceInput::reference).toList();
    }

    /** The names of the vector, in order. */
    public List<String> names() {
        return vector.stream().map(Value::name).toList();
    }

    /** The view that a value of the vector is of; empty if it is the request's or derived. */
    public Optional<ViewInput> viewOf(String valueName) {
        return views.stream()
                .filter(input -> valueName.startsWith(valueNameOf(input.view().name(), "")))
                .findFirst();
    }

    /** Whether a value of the vector is of a view whose only entity is a constant: the same for all rows of a moment. */
    public boolean isSameForAll(String valueName) {
        return viewOf(valueName)
                .filter(input -> input.keys().stream().allMatch(key -> key == ViewInput.CONSTANT))
                .isPresent();
    }

    /** Whether a vector is stale at this lag of the fold; one of unknown lag is. */
    public boolean isStale(OptionalLong lagMillis) {
        return staleAfterMillis != null && lagMillis.orElse(Long.MAX_VALUE) > staleAfterMillis;
    }

    /**
     * The vector of one row; for answers and training sets alike.
     *
     * @param values of the views, the references and the request by their names in the vector; derived values are added
     * @return in the order of {@link #vector}; null where there is no value
     */
    public List<@Nullable Object> vector(Map<String, @Nullable Object> values) {
        for (View.Derived one : derived) {
            values.put(one.name(), one.expression().evaluate(values));
        }
        List<@Nullable Object> row = new ArrayList<>(vector.size());
        for (Value value : vector) {
            row.add(values.get(value.name()));
        }
        return row;
    }
}
