package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.FormatDefinition.Compression;
import dev.tidemark.core.catalog.FormatDefinition.Encoding;
import dev.tidemark.core.catalog.FormatDefinition.Envelope;
import dev.tidemark.core.catalog.FormatDefinition.Framing;
import dev.tidemark.core.catalog.FormatDefinition.Registry;
import dev.tidemark.core.catalog.FormatDefinition.Schema;
import dev.tidemark.core.catalog.FormatDefinition.Take;
import dev.tidemark.core.catalog.FormatDefinition.Wrapper;
import dev.tidemark.core.event.EventFormat;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.stream.Sha256;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source's {@code format}. Schemas are taken into the definition, whole: what a catalog means hangs on no file that
 * may change behind it.
 */
final class FormatReader {

    static final String JSON = "json";
    static final String SCHEMA_JSON = "schema_json";
    static final String REGISTRY = "registry";
    static final String DESCRIPTOR_BASE64 = "descriptor_base64";

    private static final String REMEDY =
            "write format: json, or a mapping of compression, framing, encoding and envelope";
    private static final String ENCODING_REMEDY =
            "write json, {avro: {schema: FILE}}, {avro: {registry: glue}} or {protobuf: {descriptor: FILE, message: NAME}}";
    private static final String ENVELOPE_REMEDY =
            "write cloudevents, or {cdc: debezium}, {cdc: dms} or {cdc: dynamodb}";
    private static final List<Wrapper> CDC = List.of(Wrapper.DEBEZIUM, Wrapper.DMS, Wrapper.DYNAMODB);

    private final Formats formats;

    FormatReader(Formats formats) {
        this.formats = formats;
    }

    /** A definition, and what reads it. */
    record Read(FormatDefinition definition, EventFormat format) {

        static final Read JSON = new Read(FormatDefinition.JSON, EventFormat.JSON);
    }

    /** Null, with the mistake reported, if there is one. */
    @Nullable
    Read read(@Nullable YamlValue at) {
        if (at == null) {
            return Read.JSON;
        }
        FormatDefinition definition =
                at.isMapping() ? mapping(at) : onlyJson(at, REMEDY) ? FormatDefinition.JSON : null;
        if (definition == null) {
            return null;
        }
        if (definition.equals(FormatDefinition.JSON)) {
            return Read.JSON;
        }
        try {
            return new Read(definition, formats.compile(definition, reading(definition)));
        } catch (Formats.UnusableFormat e) {
            at.problem(String.valueOf(e.getMessage()), e.remedy());
            return null;
        }
    }

    private @Nullable FormatDefinition mapping(YamlValue at) {
        YamlMapping mapping = at.mapping(REMEDY);
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(new LinkedHashSet<>(List.of("compression", "framing", "encoding", "envelope")));
        YamlValue compressionAt = mapping.optional("compression");
        Compression compression = compressionAt == null
                ? null
                : SourceReader.oneOf(List.of(Compression.values()), compressionAt, "compression", "compressions");
        YamlValue framingAt = mapping.optional("framing");
        Framing framing = framingAt == null
                ? null
                : SourceReader.oneOf(List.of(Framing.values()), framingAt, "framing", "framings");
        YamlValue encodingAt = mapping.optional("encoding");
        boolean isJson = encodingAt == null || (!encodingAt.isMapping() && onlyJson(encodingAt, ENCODING_REMEDY));
        Schema schema = encodingAt == null || !encodingAt.isMapping() ? null : schema(encodingAt);
        YamlValue envelopeAt = mapping.optional("envelope");
        Envelope envelope = envelopeAt == null ? null : envelope(envelopeAt);
        boolean isBad = (compressionAt != null && compression == null)
                || (framingAt != null && framing == null)
                || (!isJson && schema == null)
                || (envelopeAt != null && envelope == null);
        if (isBad) {
            return null;
        }
        if (framing != null && schema != null && encodingAt != null) {
            encodingAt.problem(
                    "events that are framed in one record are JSON, not " + SourceReader.nameOf(schema.encoding()),
                    "leave 'framing' or 'encoding' out");
            return null;
        }
        if (framing == Framing.CLOUDWATCH_LOGS && compressionAt != null) {
            compressionAt.problem("CloudWatch Logs decides how its records are compressed", "leave 'compression' out");
            return null;
        }
        return new FormatDefinition(compression, framing, schema, envelope);
    }

    private static boolean onlyJson(YamlValue at, String remedy) {
        String text = at.text(remedy);
        if (text != null && !text.equals(JSON)) {
            at.problem("unknown format " + at.shown(), remedy);
        }
        return JSON.equals(text);
    }

    private @Nullable Schema schema(YamlValue at) {
        YamlMapping encoding = at.mapping(ENCODING_REMEDY);
        if (encoding == null) {
            return null;
        }
        encoding.allowOnly(new LinkedHashSet<>(SourceReader.namesOf(List.of(Encoding.values()))));
        if (encoding.entries().size() != 1) {
            at.problem("an encoding of " + encoding.entries().size() + " kinds", ENCODING_REMEDY);
            return null;
        }
        YamlValue avroAt = encoding.optional("avro");
        YamlValue protobufAt = encoding.optional("protobuf");
        return avroAt != null ? avro(avroAt) : protobufAt != null ? protobuf(protobufAt) : null;
    }

    private @Nullable Schema avro(YamlValue at) {
        YamlMapping avro = at.mapping(ENCODING_REMEDY);
        if (avro == null) {
            return null;
        }
        avro.allowOnly(new LinkedHashSet<>(List.of("schema", SCHEMA_JSON, REGISTRY)));
        YamlValue registryAt = avro.optional(REGISTRY);
        if (registryAt != null) {
            return registry(registryAt, avro);
        }
        YamlValue inline = avro.optional(SCHEMA_JSON);
        if (inline != null) {
            String text = inline.text("write Avro's schema as a text");
            return text == null ? null : Schema.avro(text);
        }
        YamlValue fileAt = avro.required("schema", "name the file of Avro's schema, such as schema: view.avsc");
        byte[] bytes = fileAt == null ? null : file(fileAt);
        String text = bytes == null ? null : Utf8.decode(bytes);
        if (fileAt != null && bytes != null && text == null) {
            fileAt.problem(fileAt.shown() + " is not UTF-8", "name the file of Avro's schema in JSON");
        }
        return text == null ? null : Schema.avro(text);
    }

    private static @Nullable Schema registry(YamlValue at, YamlMapping avro) {
        if (avro.entries().size() != 1) {
            at.problem("a registry beside a schema", "leave 'registry' out, or the schema: events name theirs");
            return null;
        }
        Registry registry = SourceReader.oneOf(List.of(Registry.values()), at, "schema registry", "schema registries");
        return registry == null ? null : new Schema(Encoding.AVRO, null, null, registry);
    }

    private @Nullable Schema protobuf(YamlValue at) {
        YamlMapping protobuf = at.mapping(ENCODING_REMEDY);
        if (protobuf == null) {
            return null;
        }
        protobuf.allowOnly(new LinkedHashSet<>(List.of("descriptor", DESCRIPTOR_BASE64, "message")));
        YamlValue messageAt =
                protobuf.required("message", "name the message with its package, such as message: shop.View");
        String message = messageAt == null ? null : messageAt.text("name the message");
        YamlValue inline = protobuf.optional(DESCRIPTOR_BASE64);
        String text = inline == null ? null : inline.text("write the descriptors in base64");
        if (inline == null) {
            YamlValue fileAt = protobuf.required(
                    "descriptor",
                    "name the file that protoc --include_imports --descriptor_set_out wrote, such as descriptor: shop.desc");
            byte[] bytes = fileAt == null ? null : file(fileAt);
            text = bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
        }
        return text == null || message == null ? null : new Schema(Encoding.PROTOBUF, text, message, null);
    }

    private byte @Nullable [] file(YamlValue at) {
        String file = at.text("name a file");
        if (file == null) {
            return null;
        }
        try {
            return formats.schema(file);
        } catch (IOException e) {
            at.problem(
                    "the file " + at.shown() + " cannot be read (" + e.getMessage() + ")",
                    "name a readable file by its path from the catalog's folder, or write the schema into the catalog as "
                            + SCHEMA_JSON + " or " + DESCRIPTOR_BASE64);
            return null;
        }
    }

    private static @Nullable Envelope envelope(YamlValue at) {
        if (!at.isMapping()) {
            String text = at.text(ENVELOPE_REMEDY);
            if (text != null && !text.equals(SourceReader.nameOf(Wrapper.CLOUDEVENTS))) {
                at.problem("unknown envelope " + at.shown(), ENVELOPE_REMEDY);
                return null;
            }
            return text == null ? null : new Envelope(Wrapper.CLOUDEVENTS, null);
        }
        YamlMapping mapping = at.mapping(ENVELOPE_REMEDY);
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(new LinkedHashSet<>(List.of("cdc", "take")));
        YamlValue cdcAt = mapping.required("cdc", ENVELOPE_REMEDY);
        Wrapper cdc = cdcAt == null ? null : SourceReader.oneOf(CDC, cdcAt, "origin of changes", "origins");
        YamlValue takeAt = mapping.optional("take");
        Take take = takeAt == null
                ? Take.AFTER
                : SourceReader.oneOf(List.of(Take.values()), takeAt, "row of a change", "rows");
        return cdc == null || take == null ? null : new Envelope(cdc, take);
    }

    /** All that decides how a record of the archive is read: what is framed is unpacked before it is archived. */
    private static String reading(FormatDefinition format) {
        StringBuilder text = new StringBuilder();
        if (format.compression() != null && format.framing() == null) {
            text.append("compression ").append(SourceReader.nameOf(format.compression()));
        }
        Schema schema = format.schema();
        if (schema != null) {
            text.append(" encoding ")
                    .append(SourceReader.nameOf(schema.encoding()))
                    .append(' ')
                    .append(
                            schema.text() == null
                                    ? REGISTRY + " " + SourceReader.nameOf(Objects.requireNonNull(schema.registry()))
                                    : Sha256.hex(schema.text()))
                    .append(schema.message() == null ? "" : " " + schema.message());
        }
        Envelope envelope = format.envelope();
        if (envelope != null) {
            text.append(" envelope ")
                    .append(SourceReader.nameOf(envelope.wrapper()))
                    .append(envelope.take() == null ? "" : " " + SourceReader.nameOf(envelope.take()));
        }
        return text.toString().strip();
    }

    /** As the catalog writes it, with its schema. */
    static ObjectNode json(FormatDefinition format) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (format.compression() != null) {
            node.put("compression", SourceReader.nameOf(format.compression()));
        }
        if (format.framing() != null) {
            node.put("framing", SourceReader.nameOf(format.framing()));
        }
        Schema schema = format.schema();
        if (schema != null) {
            ObjectNode of = node.putObject("encoding").putObject(SourceReader.nameOf(schema.encoding()));
            if (schema.registry() != null) {
                of.put(REGISTRY, SourceReader.nameOf(schema.registry()));
            } else {
                of.put(schema.encoding() == Encoding.AVRO ? SCHEMA_JSON : DESCRIPTOR_BASE64, schema.text());
            }
            if (schema.message() != null) {
                of.put("message", schema.message());
            }
        }
        Envelope envelope = format.envelope();
        if (envelope != null && envelope.take() == null) {
            node.put("envelope", SourceReader.nameOf(envelope.wrapper()));
        } else if (envelope != null) {
            node.putObject("envelope")
                    .put("cdc", SourceReader.nameOf(envelope.wrapper()))
                    .put("take", SourceReader.nameOf(envelope.taken()));
        }
        return node;
    }

    /** The names that an envelope of changes may have. */
    static List<Wrapper> changes() {
        return CDC;
    }
}
