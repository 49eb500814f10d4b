package dev.tidemark.kinesis;

/** An error that the service answers to its client: a type by the service's own name, and a message. */
public final class KinesisException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final KinesisError type;

    public KinesisException(KinesisError type, String message) {
        super(message);
        this.type = type;
    }

    public KinesisError type() {
        return type;
    }
}
