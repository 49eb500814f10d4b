package dev.tidemark.simulation.cloud;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The services, and how each says no. */
enum Service {
    DYNAMODB("ProvisionedThroughputExceededException", 400, "InternalServerError"),
    S3("SlowDown", 503, "InternalError"),
    KINESIS("LimitExceededException", 400, "InternalFailure");

    private final String throttledCode;
    private final int throttledStatus;
    private final String brokenCode;

    Service(String throttledCode, int throttledStatus, String brokenCode) {
        this.throttledCode = throttledCode;
        this.throttledStatus = throttledStatus;
        this.brokenCode = brokenCode;
    }

    AwsServiceException throttled(int attempts) {
        return error(throttledCode, throttledStatus, attempts);
    }

    AwsServiceException broken(int attempts) {
        return error(brokenCode, 500, attempts);
    }

    AwsServiceException error(String code, int status, int attempts) {
        AwsServiceException.Builder builder = switch (this) {
            case DYNAMODB -> DynamoDbException.builder();
            case S3 -> S3Exception.builder();
            case KINESIS -> KinesisException.builder();
        };
        builder.awsErrorDetails(details(name(), code));
        builder.statusCode(status);
        builder.numAttempts(attempts);
        builder.message(code);
        builder.writableStackTrace(false);
        return builder.build();
    }

    static AwsErrorDetails details(String service, String code) {
        return AwsErrorDetails.builder()
                .serviceName(service)
                .errorCode(code)
                .errorMessage(code)
                .build();
    }
}
