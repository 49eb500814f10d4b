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

    /**
     * How events are encoded.
     *
     * @param text Avro's schema in JSON; Protobuf's set of file descriptors in base64
     * @param message Protobuf's message with its package; null for Avro
     */
    public record Schema(
            Encoding encoding, String text, @Nullable String message) {

        public Schema {
            if ((encoding == Encoding.PROTOBUF) != (message != null)) {
                throw new IllegalArgumentException(encoding + " with message " + message);
            }
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

        /** The row of a change that is taken. */
        public Take taken() {
            return Objects.requireNonNull(take);
        }
    }
}
