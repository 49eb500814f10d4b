package dev.tidemark.formats;

import dev.tidemark.core.catalog.FormatDefinition;
import dev.tidemark.core.catalog.FormatDefinition.Compression;
import dev.tidemark.core.catalog.FormatDefinition.Encoding;
import dev.tidemark.core.catalog.FormatDefinition.Framing;
import dev.tidemark.core.catalog.FormatDefinition.Schema;
import dev.tidemark.core.catalog.Formats;
import dev.tidemark.core.event.EventDecoder;
import dev.tidemark.core.event.EventFormat;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.event.RegistryDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All formats of this release; docs/formats.md describes them. */
public final class EventFormats implements Formats {

    /** Whose catalogs hold their schemas themselves. */
    public static final EventFormats WITHOUT_FILES = new EventFormats(null);

    private static final long MAX_SCHEMA_BYTES = 1 << 20;

    private final @Nullable Path folder;

    private EventFormats(@Nullable Path folder) {
        this.folder = folder;
    }

    /** @param catalog whose folder the paths of its schemas begin at */
    public static EventFormats beside(Path catalog) {
        return new EventFormats(catalog.toAbsolutePath().getParent());
    }

    @Override
    public byte[] schema(String file) throws IOException {
        if (folder == null) {
            throw new IOException("this catalog came without files");
        }
        Path path = folder.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new IOException("there is no such file");
        }
        if (Files.size(path) > MAX_SCHEMA_BYTES) {
            throw new IOException("it is larger than " + MAX_SCHEMA_BYTES + " bytes");
        }
        return Files.readAllBytes(path);
    }

    @Override
    public EventFormat compile(FormatDefinition definition, String reading) throws UnusableFormat {
        Framing framing = definition.framing();
        Inflater outer = Inflater.of(definition.compression());
        EventDecoder decoder = reading.isEmpty() ? null : decoder(definition, framing == null ? outer : Inflater.NONE);
        Framings packing = framing == null
                ? null
                : new Framings(framing, framing == Framing.CLOUDWATCH_LOGS ? Inflater.of(Compression.GZIP) : outer);
        return new EventFormat(reading, decoder, packing);
    }

    private static EventDecoder decoder(FormatDefinition definition, Inflater outer) throws UnusableFormat {
        EventDecoder encoding = encoding(definition.schema());
        FormatDefinition.Envelope envelope = definition.envelope();
        Envelopes opened = envelope == null ? null : new Envelopes(envelope);
        EventDecoder whole = data -> {
            byte[] json = encoding.decode(outer.inflate(data));
            return opened == null ? json : opened.decode(json);
        };
        return encoding instanceof RegistryDecoder registry ? new OfRegistry(registry, outer, whole) : whole;
    }

    /** @param whole undoes what is around the encoding too */
    private record OfRegistry(RegistryDecoder encoding, Inflater outer, EventDecoder whole) implements RegistryDecoder {

        @Override
        public Optional<String> missing(byte[] data) {
            try {
                return encoding.missing(outer.inflate(data));
            } catch (InvalidEvent itNamesNone) {
                return Optional.empty();
            }
        }

        @Override
        public void learn(RegisteredSchema schema) {
            encoding.learn(schema);
        }

        @Override
        public byte[] decode(byte[] data) {
            return whole.decode(data);
        }
    }

    private static EventDecoder encoding(@Nullable Schema schema) throws UnusableFormat {
        if (schema == null) {
            return json -> json;
        }
        if (schema.text() == null) {
            return new GlueDecoder();
        }
        return schema.encoding() == Encoding.AVRO
                ? AvroDecoder.of(schema.text())
                : ProtobufDecoder.of(schema.text(), Objects.requireNonNull(schema.message()));
    }
}
