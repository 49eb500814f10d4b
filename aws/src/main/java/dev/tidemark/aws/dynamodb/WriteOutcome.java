package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.store.Cas;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Determines the outcome of a conditional write that did not simply succeed. The default is {@link Cas.Unknown}: only
 * an answer that DynamoDB gives without touching the item, to the first and only attempt, is {@link Cas.Refused}.
 */
final class WriteOutcome {

    private static final int REQUEST_TIMEOUT = 408;

    /** Client errors that do not tell whether the write took place. */
    private static final Set<String> UNDECIDED_CODES = Set.of("TransactionInProgressException", "RequestTimeout");

    private WriteOutcome() {}

    /**
     * The outcome of a PutItem that asked for ALL_OLD.
     *
     * @param decode reads the stored item off a failed condition
     */
    static <T> Cas<T> ofFailure(Throwable failure, Function<Map<String, AttributeValue>, T> decode) {
        Throwable cause = unwrap(failure);
        if (cause instanceof ConditionalCheckFailedException condition) {
            return new Cas.Conflict<>(stored(condition.item(), decode));
        }
        return ofError(cause);
    }

    /** The outcome of a failure other than a failed condition. */
    static <T> Cas<T> ofError(Throwable cause) {
        return certainlyNotApplied(cause) ? new Cas.Refused<>(cause) : new Cas.Unknown<>(cause);
    }

    /** DynamoDB leaves the map out, or empty, when nothing is stored under the key. */
    static <T> @Nullable T stored(
            @Nullable Map<String, AttributeValue> item, Function<Map<String, AttributeValue>, T> decode) {
        return item == null || item.isEmpty() ? null : decode.apply(item);
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Whether the SDK sent the request more than once: then the last answer says nothing about earlier attempts. */
    static boolean wasRetried(AwsServiceException failure) {
        Integer attempts = failure.numAttempts();
        return attempts != null && attempts > 1;
    }

    /**
     * A client error (4xx) with an AWS error code comes from DynamoDB's front, which refuses before it writes:
     * throttling, validation, permissions, unknown table. A server error "may have succeeded or failed" in the words of
     * the API reference, and without an answer (time-out, lost connection, abort) nothing is known.
     */
    private static boolean certainlyNotApplied(Throwable cause) {
        if (!(cause instanceof AwsServiceException answer) || wasRetried(answer) || answer.awsErrorDetails() == null) {
            return false;
        }
        int status = answer.statusCode();
        String code = answer.awsErrorDetails().errorCode();
        return status >= 400
                && status < 500
                && status != REQUEST_TIMEOUT
                && code != null
                && !code.isBlank()
                && !UNDECIDED_CODES.contains(code);
    }
}
