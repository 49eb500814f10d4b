package dev.tidemark.core.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.Grid;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.pair.Halves.Match;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema (draft 7, which editors know best) of a catalog: for completion and first checks while typing. It
 * checks keys, types and bounds; only {@link CatalogCompiler} checks expressions, hops and sizes. It accepts every
 * catalog that compiles, provided that names which look like numbers or booleans are quoted.
 */
public final class CatalogSchema {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String MOMENT =
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)";
    static final String DURATION = "[1-9][0-9]{0,8}[smhd]";
    private static final String WINDOW =
            "(" + DURATION + "(_before_" + DURATION + ")?|(day|week|month)(_before_[1-9][0-9]{0,3})?)";
    private static final String NAME = "([A-Za-z_@$][A-Za-z0-9_@$:-]*|\"([^\"\\\\]|\\\\[\"\\\\])+\")";
    private static final String PLACE = NAME + "(\\." + NAME + "|\\[([0-9]{1,3}|\\*)\\])*";
    static final String PATH = "(" + PLACE + "|(number|truncate|hash|short|constant)\\(" + PLACE + "\\))";

    private final List<AggregateFunction> functions;

    public CatalogSchema(List<AggregateFunction> functions) {
        this.functions = List.copyOf(functions);
    }

    /** The schema as indented JSON; the same bytes for the same functions. */
    public String json() {
        try {
            return new ObjectMapper()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(root())
                            .replace("\r\n", "\n") + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of nodes is always JSON", e);
        }
    }

    private ObjectNode root() {
        ObjectNode root = NODES.objectNode();
        root.put("$schema", "http://json-schema.org/draft-07/schema#");
        root.put("title", "Tidemark catalog");
        object(root, "Sources of events and the feature views computed from them.", "tidemark", "sources", "views");
        ObjectNode properties = properties(root);
        properties
                .putObject("tidemark")
                .put("description", "Version of the catalog's format.")
                .put("const", CatalogReader.FORMAT_VERSION);
        named(properties.putObject("sources"), "Streams of events, by name.", "source", CatalogReader.MAX_SOURCES);
        named(
                properties.putObject("references"),
                "Tables beside the streams, by name; views look their rows up.",
                "reference",
                CatalogReader.MAX_REFERENCES);
        named(
                properties.putObject("pairs"),
                "Pairs of events with one key, by name; views read them like a source.",
                "pair",
                CatalogReader.MAX_PAIRS);
        named(properties.putObject("views"), "Feature views, by name.", "view", CatalogReader.MAX_VIEWS);
        named(
                properties.putObject("models"),
                "What each machine-learning model reads, by name.",
                "model",
                CatalogReader.MAX_MODELS);
        ObjectNode definitions = root.putObject("definitions");
        source(definitions.putObject("source"));
        reference(definitions.putObject("reference"));
        lookUp(definitions.putObject("look_up"));
        pair(definitions.putObject("pair"));
        side(definitions.putObject("side"));
        view(definitions.putObject("view"));
        feature(definitions.putObject("feature"));
        groupBy(definitions.putObject("group_by"));
        derived(definitions.putObject("derived"));
        model(definitions.putObject("model"));
        request(definitions.putObject("request"));
        MonitorSchema.addTo(definitions);
        return root;
    }

    private static void source(ObjectNode node) {
        object(node, "A stream of events and how they are read.", "stream", "event_time");
        ObjectNode properties = properties(node);
        text(properties, "stream", SourceReader.STREAM_PATTERN, "Name of the Kinesis stream (not its ARN).");
        duration(
                properties,
                "stream_retention",
                SourceReader.DEFAULT_STREAM_RETENTION,
                "How long records may wait in the stream.");
        time(
                properties.putObject("event_time"),
                "The field that holds the time of the event; a mapping to give its format too.");
        path(properties, "event_id", "The field that identifies an event; drop_duplicates needs it.");
        integer(
                        properties,
                        "max_event_bytes",
                        1,
                        SourceReader.LARGEST_MAX_EVENT_BYTES,
                        "Larger records are quarantined.")
                .put("default", SourceReader.DEFAULT_MAX_EVENT_BYTES);
        ObjectNode packer = properties.putObject("aggregated_by");
        packer.put(
                "description",
                "What packs several records into one: the Kinesis Producer Library, which sends again what it packed"
                        + " for the wrong shard, or anything else.");
        oneOf(packer, List.of(AggregatedBy.values()))
                .put("default", SourceReader.nameOf(SourceReader.DEFAULT_AGGREGATED_BY));
        history(properties.putObject("history"));
        format(properties.putObject("format"));
        ObjectNode forward = properties.putObject("forward").put("type", "array");
        forward.put("description", "Which events of other sources are put onto this one's stream.");
        forward.put("minItems", 1).put("maxItems", ForwardReader.MAX_FORWARDS);
        forward(forward.putObject("items"));
        notes(properties);
    }

    private static void history(ObjectNode node) {
        object(node, "History from before the stream, which imports bring.", "until");
        text(
                properties(node),
                "until",
                MOMENT,
                "The seam: events that happened before it count if they were imported, later ones if they came on the"
                        + " stream.");
        duration(
                properties(node),
                "arrival_delay",
                null,
                "How long after it happened an imported event is taken to have arrived; not at all if left out.");
    }

    /** Of a source's records. */
    private static void format(ObjectNode node) {
        node.put(
                "description",
                "What the records are made of, from the outside in; JSON, one event in a record, by default.");
        ArrayNode forms = node.putArray("anyOf");
        forms.addObject().put("const", FormatReader.JSON);
        ObjectNode form = forms.addObject();
        object(form, "What is not the default.");
        ObjectNode properties = properties(form);
        oneOf(properties.putObject("compression"), List.of(FormatDefinition.Compression.values()));
        oneOf(properties.putObject("framing"), List.of(FormatDefinition.Framing.values()));
        encoding(properties.putObject("encoding").putArray("anyOf"));
        ArrayNode envelopes = properties.putObject("envelope").putArray("anyOf");
        envelopes.addObject().put("const", SourceReader.nameOf(FormatDefinition.Wrapper.CLOUDEVENTS));
        ObjectNode changes = envelopes.addObject();
        object(changes, "Changes of rows of a table.", "cdc");
        oneOf(properties(changes).putObject("cdc"), FormatReader.changes());
        oneOf(properties(changes).putObject("take"), List.of(FormatDefinition.Take.values()))
                .put("default", SourceReader.nameOf(FormatDefinition.Take.AFTER));
    }

    private static void encoding(ArrayNode encodings) {
        encodings.addObject().put("const", FormatReader.JSON);
        ObjectNode avro = encodings.addObject();
        object(avro, "Avro, with the schema that the producer writes.", "avro");
        ObjectNode ofAvro = properties(avro).putObject("avro");
        object(
                ofAvro,
                "The schema, as a file or in JSON as a text, or the registry whose ids stand before the events.");
        properties(ofAvro).putObject("schema").put("type", "string");
        properties(ofAvro).putObject(FormatReader.SCHEMA_JSON).put("type", "string");
        oneOf(properties(ofAvro).putObject(FormatReader.REGISTRY), List.of(FormatDefinition.Registry.values()));
        ObjectNode protobuf = encodings.addObject();
        object(
                protobuf,
                "Protocol Buffers, with the descriptors of the message's file and those it imports.",
                "protobuf");
        ObjectNode ofProtobuf = properties(protobuf).putObject("protobuf");
        object(ofProtobuf, "The descriptors, as a file or in base64, and the message.", "message");
        properties(ofProtobuf).putObject("descriptor").put("type", "string");
        properties(ofProtobuf).putObject(FormatReader.DESCRIPTOR_BASE64).put("type", "string");
        properties(ofProtobuf).putObject("message").put("type", "string");
    }

    /** A field, or a mapping of it and its format. */
    static void time(ObjectNode time, String description) {
        time.put("description", description);
        ArrayNode forms = time.putArray("anyOf");
        pattern(forms.addObject(), PATH);
        ObjectNode form = forms.addObject();
        object(form, "The field and how the time is written.", "field");
        path(properties(form), "field", "The field that holds the time of the event.");
        ObjectNode format = properties(form).putObject("format");
        format.put("description", "How the time is written.");
        oneOf(format, List.of(TimeFormat.values())).put("default", SourceReader.nameOf(TimeFormat.ISO8601));
        text(
                properties(form),
                "zone",
                "[A-Za-z0-9_+/-]{1,50}",
                "The time zone of texts without an offset, such as Europe/Berlin.");
    }

    private static void forward(ObjectNode node) {
        object(node, "Events of another source that are put onto this one's stream.", "from", "key");
        ObjectNode properties = properties(node);
        text(properties, "from", Names.PATTERN, "The source whose events are wanted.");
        condition(properties, "Which of them: a CEL condition over event fields. Default: all.");
        path(properties, "key", "The field whose value is the partition key on this stream.");
        text(properties, "origin", "[A-Za-z_][A-Za-z0-9_]*", "The member that says which record an event came in.");
        ((ObjectNode) properties.get("origin")).put("default", ForwardDefinition.DEFAULT_ORIGIN.toString());
    }

    private static ObjectNode oneOf(ObjectNode node, List<? extends Enum<?>> values) {
        SourceReader.namesOf(values).forEach(node.putArray("enum")::add);
        return node;
    }

    private static void pair(ObjectNode node) {
        object(node, "Two events with one key, such as a prediction and its outcome.", "left", "right", "within");
        ObjectNode properties = properties(node);
        properties.putObject("left").put("$ref", "#/definitions/side");
        properties.putObject("right").put("$ref", "#/definitions/side");
        duration(properties, "within", null, "How long after its left a right may happen.");
        duration(properties, "early", null, "How long before its left a right may happen. Default: not at all.");
        ObjectNode match = properties
                .putObject("match")
                .put("description", "Which of several rights counts: the first that comes, or the last by event time.");
        oneOf(match, List.of(Match.values())).put("default", SourceReader.nameOf(PairReader.DEFAULT_MATCH));
        integer(
                        properties,
                        "max_halves",
                        PairReader.FEWEST_MAX_HALVES,
                        PairReader.MOST_MAX_HALVES,
                        "How many halves of a key are remembered; further ones pair with nothing.")
                .put("default", PairReader.DEFAULT_MAX_HALVES);
        notes(properties);
    }

    private static void side(ObjectNode node) {
        object(node, "Which events of a source are one side of a pair.", "source", "where", "key");
        ObjectNode properties = properties(node);
        text(properties, "source", Names.PATTERN, "Name of the source; the same on both sides.");
        condition(properties, "Which events are this side: a CEL condition over event fields.");
        fields(
                properties.putObject("key"),
                "The field or fields that both sides have in common.",
                PairReader.MAX_KEY_FIELDS);
    }

    private static void reference(ObjectNode node) {
        object(node, "A table of which snapshots are published.", "key", "fields");
        ObjectNode properties = properties(node);
        ArrayNode key = properties
                .putObject("key")
                .put("description", "The column or columns that identify a row.")
                .putArray("anyOf");
        key.addObject().put("type", "string");
        key.addObject()
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", ReferenceReader.MAX_KEY_COLUMNS)
                .putObject("items")
                .put("type", "string");
        ObjectNode fields = properties
                .putObject("fields")
                .put("description", "The columns to keep, with their types.")
                .put("type", "object")
                .put("minProperties", 1)
                .put("maxProperties", ReferenceReader.MAX_FIELDS);
        oneOf(fields.putObject("additionalProperties"), List.of(Reference.Type.values()));
        properties
                .putObject("valid_from")
                .put(
                        "description",
                        "The column that says from when on a row is valid; without it, each key has one row.")
                .put("type", "string");
        duration(
                properties,
                "effective_after",
                ReferenceReader.DEFAULT_EFFECTIVE_AFTER,
                "How much later than its publication a snapshot becomes effective, at least.");
        integer(
                        properties,
                        "max_bytes",
                        1,
                        ReferenceReader.LARGEST_MAX_BYTES,
                        "How large the rows of a snapshot may be in memory.")
                .put("default", ReferenceReader.DEFAULT_MAX_BYTES);
    }

    private static void lookUp(ObjectNode node) {
        object(node, "Fields of a reference's row, under this name.", "from", "key");
        ObjectNode properties = properties(node);
        text(properties, "from", Names.PATTERN, "Name of the reference.");
        fields(
                properties.putObject("key"),
                "The field or fields of the event that are the reference's key.",
                ReferenceReader.MAX_KEY_COLUMNS);
    }

    private static void view(ObjectNode node) {
        object(node, "The features of one kind of entity from one source.", "source", "entity", "features");
        ObjectNode properties = properties(node);
        text(properties, "source", Names.PATTERN, "Name of the source, or of the pair.");
        time(
                properties.putObject("event_time"),
                "The field that holds the time of the view's events, if not the source's event_time.");
        named(
                properties.putObject("look_up"),
                "Rows of references to look up for each event, by the name that their fields have here.",
                "look_up",
                ReferenceReader.MAX_LOOK_UPS);
        fields(
                properties.putObject("entity"),
                "The field or fields that identify what the features describe.",
                ViewReader.MAX_ENTITY_FIELDS);
        condition(properties, "Which events belong to the view: a CEL condition over event fields.");
        duration(properties, "hop", null, "Width of the finest tile; divides an hour. Default: from the windows.");
        duration(
                properties,
                "retention",
                ViewReader.DEFAULT_RETENTION,
                "How late an event may be, and how far back values can be read.");
        duration(
                properties,
                "skew",
                ViewReader.DEFAULT_SKEW,
                "How far an event time may lie after the arrival; it is then taken as the arrival.");
        duration(
                properties,
                "within",
                null,
                "With an event_time of its own: how long after it an event may happen, by the source's event_time.");
        duplicates(properties.putObject("drop_duplicates"), ViewReader.DEFAULT_MAX_IDS);
        properties
                .putObject("heads")
                .put("type", "boolean")
                .put("default", true)
                .put(
                        "description",
                        "Whether new events go into one head item per entity. false: as the state was written before heads.");
        properties
                .putObject("zone")
                .put("type", "string")
                .put("description", "Whose clocks its days, weeks and months go by, such as Europe/Berlin or UTC.");
        named(properties.putObject("features"), "Features, by name.", "feature", ViewReader.MAX_FEATURES);
        named(
                properties.putObject("derived"),
                "Values computed from other values, by name.",
                "derived",
                DerivedReader.MAX_DERIVED);
        ((ObjectNode) properties.get("derived")).remove("minProperties");
        notes(properties);
    }

    private void feature(ObjectNode node) {
        node.put("type", "object").put("description", "An aggregate function over windows of time.");
        node.putArray("required").add("function").add("windows");
        ObjectNode properties = properties(node);
        ObjectNode function = properties.putObject("function").put("description", "What to compute.");
        ArrayNode names = function.putArray("oneOf");
        functions.forEach(one -> names.addObject().put("const", one.name()).put("description", one.summary()));
        path(properties, "input", "The field that is aggregated.");
        oneOf(
                properties
                        .putObject("type")
                        .put("description", "What the input must be, and the value so is. Default: any of these."),
                FeatureReader.INPUT_TYPES);
        windows(
                properties
                        .putObject("windows")
                        .put(
                                "description",
                                "How far to look back: 5m, 24h, 7d, lifetime; 1h_before_24h; day, week, month, day_before_1."
                                        + " One value for each."),
                "(" + WINDOW + "|lifetime)");
        condition(properties, "Which events of the view count: a further CEL condition.");
        properties
                .putObject("optional")
                .put("description", "Pass over events without the input, which are otherwise quarantined.")
                .put("type", "boolean")
                .put("default", false);
        properties.putObject("group_by").put("$ref", "#/definitions/group_by");
        notes(properties);
        ArrayNode rules = node.putArray("allOf");
        functions.forEach(one -> rules.add(rule(one)));
    }

    /** What holds for the features of one function. */
    private static ObjectNode rule(AggregateFunction function) {
        ObjectNode rule = NODES.objectNode();
        ObjectNode condition = rule.putObject("if");
        condition.putObject("properties").putObject("function").put("const", function.name());
        condition.putArray("required").add("function");
        ObjectNode then = rule.putObject("then");
        List<String> keys = new ArrayList<>(FeatureReader.KEYS);
        List<String> required = new ArrayList<>();
        if (function.input() == AggregateFunction.Input.NONE) {
            keys.removeAll(List.of("input", "optional"));
        } else {
            required.add("input");
        }
        if (function.input() != AggregateFunction.Input.SCALAR) {
            keys.remove("type");
        }
        if (function.needsWhere()) {
            required.add("where");
        }
        ObjectNode properties = then.putObject("properties");
        if (!function.allowsLifetime()) {
            windows(properties.putObject("windows"), WINDOW);
        }
        for (Parameter parameter : function.parameters()) {
            keys.add(parameter.name());
            properties.set(parameter.name(), parameter(parameter));
            if (parameter.defaultValue() == null) {
                required.add(parameter.name());
            }
        }
        if (properties.isEmpty()) {
            then.remove("properties");
        }
        keys.forEach(then.putObject("propertyNames").putArray("enum")::add);
        if (!required.isEmpty()) {
            required.forEach(then.putArray("required")::add);
        }
        return rule;
    }

    private static ObjectNode parameter(Parameter parameter) {
        ObjectNode node = NODES.objectNode().put("description", sentence(parameter.summary()));
        switch (parameter.kind()) {
            case INTEGER -> bounds(node.put("type", "integer"), parameter, "minimum", "maximum");
            case NUMBER -> bounds(node.put("type", "number"), parameter, "minimum", "maximum");
            case BOOLEAN -> node.put("type", "boolean");
            case DURATION -> pattern(node, DURATION);
            case NUMBERS -> {
                bounds(node.put("type", "array").put("uniqueItems", true), parameter, "minItems", "maxItems");
                node.putObject("items").put("type", "number");
            }
            case PERCENTS -> {
                bounds(node.put("type", "array").put("uniqueItems", true), parameter, "minItems", "maxItems");
                node.putObject("items").put("type", "number").put("minimum", 0).put("maximum", 100);
            }
            case STRINGS -> {
                bounds(node.put("type", "array").put("uniqueItems", true), parameter, "minItems", "maxItems");
                scalar(node.putObject("items"));
            }
            case LABEL -> {
                ArrayNode forms = node.putArray("anyOf");
                pattern(forms.addObject(), PATH);
                forms.addObject().putArray("enum").add(0).add(1);
            }
            case FIELD -> pattern(node, PATH);
            case GRID -> oneOf(node, List.of(Grid.values()));
        }
        putDefault(node, parameter);
        return node;
    }

    private static void putDefault(ObjectNode node, Parameter parameter) {
        Object value = parameter.defaultValue();
        if (value instanceof Integer integer) {
            node.put("default", integer);
        } else if (value instanceof BigDecimal number) {
            node.put("default", number);
        } else if (value instanceof Boolean bool) {
            node.put("default", bool);
        } else if (value instanceof Long millis) {
            node.put("default", Window.formatDuration(millis));
        } else if (value instanceof Enum<?> word) {
            node.put("default", SourceReader.nameOf(word));
        } else if (value instanceof Collection<?> list) {
            ArrayNode elements = node.putArray("default");
            list.forEach(element -> elements.addPOJO(element));
        }
    }

    private static void bounds(ObjectNode node, Parameter parameter, String min, String max) {
        if (!Double.isNaN(parameter.min())) {
            node.put(min, new BigDecimal(ArgumentReader.plain(parameter.min())));
        }
        if (!Double.isNaN(parameter.max())) {
            node.put(max, new BigDecimal(ArgumentReader.plain(parameter.max())));
        }
    }

    private static void groupBy(ObjectNode node) {
        object(node, "One value per group: an object from group to value.", "field");
        ObjectNode properties = properties(node);
        path(properties, "field", "The field whose value is the group.");
        integer(
                        properties,
                        "max_groups",
                        1,
                        FeatureReader.LARGEST_MAX_GROUPS,
                        "How many groups are kept apart; events of the others count under $other (a group of that name is $$other).")
                .put("default", FeatureReader.DEFAULT_MAX_GROUPS);
        ObjectNode groups = properties
                .putObject("groups")
                .put(
                        "description",
                        "The groups themselves; events of others count under $other (a group of that name is $$other).")
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", FeatureReader.LARGEST_MAX_GROUPS)
                .put("uniqueItems", true);
        scalar(groups.putObject("items"));
        node.putObject("not").putArray("required").add("max_groups").add("groups");
    }

    private static void derived(ObjectNode node) {
        object(node, "A value computed from other values of the same view, or of the views of a model.", "expression");
        ObjectNode properties = properties(node);
        scalar(properties
                .putObject("expression")
                .put("description", "CEL over values, such as purchases_30m / views_30m."));
        scalar(properties.putObject("default").put("description", "Taken where there is nothing to compute from."));
        notes(properties);
    }

    private static void model(ObjectNode node) {
        object(node, "What a machine-learning model reads: a vector of values.", "inputs");
        ObjectNode properties = properties(node);
        ObjectNode keys = properties
                .putObject("keys")
                .put("description", "From a key field of the views to its name in requests and spines.")
                .put("type", "object");
        keys.putObject("propertyNames").put("pattern", whole(PATH));
        pattern(keys.putObject("additionalProperties"), ModelReader.KEY_PATTERN);
        ObjectNode request = properties.putObject("request");
        named(request, "What is known at the request only, by name.", "request", ModelReader.MAX_REQUEST);
        request.remove("minProperties");
        ObjectNode inputs = properties.putObject("inputs");
        inputs.put(
                "description",
                "The vector, in this order: lists of values by view, of fields by reference, and of inputs by 'request'.");
        ObjectNode values = inputs.put("type", "array")
                .put("minItems", 1)
                .putObject("items")
                .put("type", "object")
                .putObject("additionalProperties");
        values.put("type", "array").putObject("items").put("type", "string");
        named(
                properties.putObject("derived"),
                "Further values of the vector, computed from others, by name.",
                "derived",
                DerivedReader.MAX_DERIVED);
        ((ObjectNode) properties.get("derived")).remove("minProperties");
        duration(properties, "stale_after", null, "The lag of the fold beyond which an answer is stale.");
        MonitorKeys.OF_MODEL.forEach(key -> properties.putObject(key).put("$ref", "#/definitions/" + key));
        notes(properties);
    }

    private static void request(ObjectNode node) {
        object(node, "Something that is known at the request only.", "type");
        ObjectNode properties = properties(node);
        ObjectNode type = properties.putObject("type").put("description", "What it is.");
        ModelReader.TYPES.keySet().forEach(type.putArray("enum")::add);
        scalar(properties.putObject("default").put("description", "Taken where a request does not have it."));
    }

    /** What a definition says to people only. */
    private static void notes(ObjectNode properties) {
        notesText(properties, "description", Notes.MAX_DESCRIPTION, "What it is.");
        notesText(properties, "owner", Notes.MAX_WORD, "Whom to ask about it.");
        ObjectNode tags = properties.putObject("tags").put("description", "Words to find it by.");
        tags.put("type", "array").put("maxItems", Notes.MAX_TAGS).put("uniqueItems", true);
        scalar(tags.putObject("items"));
    }

    private static void notesText(ObjectNode properties, String key, int max, String description) {
        scalar(properties
                .putObject(key)
                .put("description", description)
                .put("minLength", 1)
                .put("maxLength", max));
    }

    static void windows(ObjectNode windows, String window) {
        ArrayNode forms = windows.putArray("anyOf");
        pattern(forms.addObject(), window);
        ObjectNode list = forms.addObject()
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", FeatureReader.MAX_WINDOWS)
                .put("uniqueItems", true);
        pattern(list.putObject("items"), window);
    }

    /** One field, or a list of them. */
    private static void fields(ObjectNode node, String description, int max) {
        ArrayNode forms = node.put("description", description).putArray("anyOf");
        pattern(forms.addObject(), PATH);
        ObjectNode list = forms.addObject().put("type", "array");
        list.put("minItems", 1).put("maxItems", max).put("uniqueItems", true);
        pattern(list.putObject("items"), PATH);
    }

    static void condition(ObjectNode properties, String description) {
        ObjectNode where = properties.putObject("where").put("description", description);
        where.putArray("type").add("string").add("boolean");
    }

    static void scalar(ObjectNode node) {
        node.putArray("type").add("string").add("number").add("boolean");
    }

    static void duplicates(ObjectNode node, int defaultMaxIds) {
        object(node, "Drop events that a producer sent again. Needs the source's event_id.", ViewReader.HORIZON);
        duration(properties(node), ViewReader.HORIZON, null, "How far apart two events of one id may arrive.");
        integer(
                        properties(node),
                        ViewReader.MAX_IDS,
                        1,
                        ViewReader.LARGEST_MAX_IDS,
                        "How many ids of an entity are remembered in a lane at most.")
                .put("default", defaultMaxIds);
    }

    static void object(ObjectNode node, String description, String... required) {
        node.put("type", "object").put("description", description).put("additionalProperties", false);
        ArrayNode keys = node.putArray("required");
        for (String key : required) {
            keys.add(key);
        }
        node.putObject("properties");
    }

    /** A mapping from names to definitions. */
    private static void named(ObjectNode node, String description, String definition, int max) {
        node.put("type", "object")
                .put("description", description)
                .put("minProperties", 1)
                .put("maxProperties", max);
        node.putObject("propertyNames").put("pattern", whole(Names.PATTERN));
        node.putObject("additionalProperties").put("$ref", "#/definitions/" + definition);
    }

    static ObjectNode properties(ObjectNode node) {
        return node.has("properties") ? (ObjectNode) node.get("properties") : node.putObject("properties");
    }

    static void path(ObjectNode properties, String key, String description) {
        text(properties, key, PATH, description);
    }

    static void text(ObjectNode properties, String key, String pattern, String description) {
        pattern(properties.putObject(key).put("description", description), pattern);
    }

    static void duration(ObjectNode properties, String key, @Nullable String byDefault, String description) {
        text(properties, key, DURATION, description);
        if (byDefault != null) {
            ((ObjectNode) properties.get(key)).put("default", byDefault);
        }
    }

    static ObjectNode integer(ObjectNode properties, String key, int min, int max, String description) {
        return properties
                .putObject(key)
                .put("description", description)
                .put("type", "integer")
                .put("minimum", min)
                .put("maximum", max);
    }

    static void pattern(ObjectNode node, String pattern) {
        node.put("type", "string").put("pattern", whole(pattern));
    }

    private static String whole(String pattern) {
        return "^" + pattern + "$";
    }

    private static String sentence(String summary) {
        return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".";
    }
}
