package dev.tidemark.kinesis;

/** The service's error types that can occur here. */
public enum KinesisError {
    EXPIRED_ITERATOR("ExpiredIteratorException"),
    INTERNAL_FAILURE("InternalFailureException"),
    INVALID_ARGUMENT("InvalidArgumentException"),
    LIMIT_EXCEEDED("LimitExceededException"),
    RESOURCE_IN_USE("ResourceInUseException"),
    RESOURCE_NOT_FOUND("ResourceNotFoundException"),
    THROUGHPUT_EXCEEDED("ProvisionedThroughputExceededException"),
    SERIALIZATION("SerializationException"),
    UNKNOWN_OPERATION("UnknownOperationException"),
    VALIDATION("ValidationException");

    private final String wireName;

    KinesisError(String wireName) {
        this.wireName = wireName;
    }

    /** The name on the wire, for example {@code ResourceNotFoundException}. */
    public String wireName() {
        return wireName;
    }

    /** How an answer names it for one record of several. */
    String recordErrorCode() {
        return this == INTERNAL_FAILURE ? "InternalFailure" : wireName;
    }
}
