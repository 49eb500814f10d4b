package dev.tidemark.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.store.Cas;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class WriteOutcomeTest {

    @ParameterizedTest
    @CsvSource({
        "400, ProvisionedThroughputExceededException",
        "400, ThrottlingException",
        "400, RequestLimitExceeded",
        "400, ValidationException",
        "400, ResourceNotFoundException",
        "400, ItemCollectionSizeLimitExceededException",
        "400, TransactionConflictException",
        "400, TransactionCanceledException",
        "400, AccessDeniedException",
        "400, ExpiredTokenException",
        "403, InvalidSignatureException",
        "413, RequestEntityTooLarge",
        "429, ThrottlingException"
    })
    void aClientErrorOnTheOnlyAttemptIsRefused(int status, String code) {
        assertThat(judge(answer(status, code, 1))).isInstanceOf(Cas.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "500, InternalServerError",
        "502, BadGateway",
        "503, ServiceUnavailable",
        "503, ThrottlingException",
        "504, GatewayTimeout",
        "400, TransactionInProgressException",
        "400, RequestTimeout",
        "408, RequestTimeoutException",
        "403, ''",
        "200, SomethingOdd"
    })
    void anAnswerThatDoesNotSettleItIsUnknown(int status, String code) {
        assertThat(judge(answer(status, code, 1))).isInstanceOf(Cas.Unknown.class);
    }

    @ParameterizedTest
    @CsvSource({"400, ThrottlingException", "400, ValidationException", "400, ProvisionedThroughputExceededException"})
    void aRefusalAfterARetryIsUnknownBecauseAnEarlierAttemptMayHaveBeenApplied(int status, String code) {
        assertThat(judge(answer(status, code, 2))).isInstanceOf(Cas.Unknown.class);
    }

    @Test
    void anAnswerWithoutErrorDetailsIsUnknown() {
        AwsServiceException noDetails =
                DynamoDbException.builder().statusCode(400).build();

        assertThat(judge(noDetails)).isInstanceOf(Cas.Unknown.class);
    }

    @Test
    void noAnswerIsUnknown() {
        assertThat(judge(ApiCallTimeoutException.create(5))).isInstanceOf(Cas.Unknown.class);
        assertThat(judge(AbortedException.create("aborted"))).isInstanceOf(Cas.Unknown.class);
        assertThat(judge(SdkClientException.create("lost", new IOException("reset"))))
                .isInstanceOf(Cas.Unknown.class);
        assertThat(judge(new IllegalStateException("anything else"))).isInstanceOf(Cas.Unknown.class);
    }

    @Test
    void theCauseIsTheFailureItselfAndNotItsWrapping() {
        Throwable cause = answer(400, "ValidationException", 1);

        Cas<String> outcome = judge(new CompletionException(new ExecutionException(cause)));

        assertThat(outcome).isEqualTo(new Cas.Refused<String>(cause));
    }

    @Test
    void aFailedConditionIsAConflictWithWhatIsStored() {
        var failed = ConditionalCheckFailedException.builder()
                .item(Map.of("m", AttributeValue.fromS("stored mark")))
                .statusCode(400)
                .numAttempts(2)
                .build();

        assertThat(judge(new CompletionException(failed))).isEqualTo(new Cas.Conflict<>("stored mark"));
    }

    @Test
    void aFailedConditionWhereNothingIsStoredIsAConflictWithNothing() {
        var failed = ConditionalCheckFailedException.builder().statusCode(400).build();

        assertThat(judge(failed)).isEqualTo(new Cas.Conflict<String>(null));
    }

    private static Cas<String> judge(Throwable failure) {
        return WriteOutcome.ofFailure(
                failure,
                item -> item.getOrDefault("m", AttributeValue.fromS("no mark")).s());
    }

    private static AwsServiceException answer(int status, String code, int attempts) {
        return DynamoDbException.builder()
                .statusCode(status)
                .numAttempts(attempts)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }
}
