package dev.tidemark.core.catalog;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a source are made of, from the outside in.
 *
 * @param compression null if the bytes are not compressed
 * @param framing null if a record is one event; else its events are JSON
 * @param schema null if an event is JSON
 * @param envelope null if an event stands by itself
 */
public record FormatDefinition(
        @Nullable Compression compression,
        @Nullable Framing framing,
        @Nullable Schema schema,
        @Nullable Envelope envelope) {

    /** One JSON object in a record. */
    public static final FormatDefinition JSON = new FormatDefinition(null, null, null, null);

    public FormatDefinition {
        if (framing != null && schema != null) {
            throw new IllegalArgumentException(framing + " of " + schema.encoding() + " events");
        }
    }

    /** How a record is compressed. */
    public enum Compression {
        GZIP,
        ZSTD
    }

    /** How several events are put into one record. */
    public enum Framing {
        /** One JSON object a line. */
        LINES,
        /** A JSON array of objects. */
        ARRAY,
        /** What a subscription filter of CloudWatch Logs sends, always compressed by gzip. */
        CLOUDWATCH_LOGS
    }

    /** What is no JSON. */
    public enum Encoding {
        AVRO,
        PROTOBUF
    }

    /** Whose ids stand before the events. */
    public enum Registry {
        /** AWS Glue's. */
        GLUE
    }

    /**
     * How events are encoded.
     *
     * @param text Avro's schema in JSON; Protobuf's set of file descriptors in base64; null if events name their schema
     * @param message Protobuf's message with its package; null for Avro
     * @param registry where the schemas are that events name; null if all have this one
     */
    public record Schema(
            Encoding encoding,
            @Nullable String text,
            @Nullable String message,
            @Nullable Registry registry) {

        public Schema {
            if ((encoding == Encoding.PROTOBUF) != (message != null)
                    || (text == null) != (registry != null)
                    || (registry != null && encoding != Encoding.AVRO)) {
                throw new IllegalArgumentException(
                        encoding + " with message " + message + ", registry " + registry + " and schema " + text);
            }
        }

        static Schema avro(String text) {
            return new Schema(Encoding.AVRO, text, null, null);
        }
    }

    /** What an event is wrapped into. */
    public enum Wrapper {
        /** A CloudEvent of structured mode in JSON. */
        CLOUDEVENTS,
        /** A change event of Debezium. */
        DEBEZIUM,
        /** A change record of AWS Database Migration Service. */
        DMS,
        /** A record of a DynamoDB stream, as Kinesis Data Streams for DynamoDB sends it. */
        DYNAMODB
    }

    /** Which row of a change is taken. */
    public enum Take {
        AFTER,
        BEFORE
    }

    /**
     * @param take null for {@link Wrapper#CLOUDEVENTS}
     */
    public record Envelope(Wrapper wrapper, @Nullable Take take) {

        public Envelope {
            if ((wrapper == Wrapper.CLOUDEVENTS) != (take == null)) {
                throw new IllegalArgumentException(wrapper + " with take " + take);
            }
        }

        /** Whether the events are rows of changes, each of which may lack the row that is taken, and so its event time. */
        boolean isChange() {
            return take != null;
        }

        /** The row of a change that is taken. */
        public Take taken() {
            return Objects.requireNonNull(take);
        }
    }
}
