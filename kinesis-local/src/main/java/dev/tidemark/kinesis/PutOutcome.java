package dev.tidemark.kinesis;

/** The outcome of one record of a put. */
public sealed interface PutOutcome permits PutResult, PutOutcome.Refused {

    /**
     * It was not put.
     *
     * @param type {@link KinesisError#THROUGHPUT_EXCEEDED} or {@link KinesisError#INTERNAL_FAILURE}
     */
    record Refused(KinesisError type, String message) implements PutOutcome {}
}
