package dev.tidemark.aws.dynamodb;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.SSEDescription;
import software.amazon.awssdk.services.dynamodb.model.SSEType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * How a table is protected.
 *
 * @param deletionProtected whether it must be unlocked before it can be deleted
 * @param recoverable whether it has point-in-time recovery
 * @param keyArn the KMS key that it is encrypted with, AWS's own or the user's; null if none was requested
 */
public record TableCare(
        boolean deletionProtected,
        boolean recoverable,
        @Nullable String keyArn) {

    /** DynamoDB's default: none of these. */
    public static final TableCare NONE = new TableCare(false, false, null);

    /** If no table is known to copy from. */
    public static final TableCare MOST = new TableCare(true, true, null);

    /** What DynamoDB Local answers, which has no such operations. */
    private static final String UNKNOWN_OPERATION = "UnknownOperationException";

    /** A table's protection; empty if there is no such table. */
    public static CompletableFuture<Optional<TableCare>> of(DynamoDbAsyncClient client, String table) {
        return client.describeTable(request -> request.tableName(table))
                .thenCompose(found -> recoverable(client, table)
                        .thenApply(recoverable -> Optional.of(new TableCare(
                                Boolean.TRUE.equals(found.table().deletionProtectionEnabled()),
                                recoverable,
                                keyOf(found.table())))))
                .exceptionally(failure -> {
                    if (WriteOutcome.unwrap(failure) instanceof ResourceNotFoundException) {
                        return Optional.empty();
                    }
                    throw new CompletionException(WriteOutcome.unwrap(failure));
                });
    }

    /** The request with the settings that are possible at a table's creation. */
    CreateTableRequest asked(CreateTableRequest request) {
        CreateTableRequest.Builder builder = request.toBuilder();
        if (deletionProtected) {
            builder.deletionProtectionEnabled(true);
        }
        if (keyArn != null) {
            // Without the key: DynamoDB refuses its own if it is named, and the ARN does not show whose key it is.
            builder.sseSpecification(sse -> sse.enabled(true).sseType(SSEType.KMS));
        }
        return builder.build();
    }

    /** Adds what an active table lacks. */
    CompletableFuture<Void> take(DynamoDbAsyncClient client, String table) {
        if (equals(NONE)) {
            return CompletableFuture.completedFuture(null);
        }
        return of(client, table).thenCompose(found -> {
            TableCare has = found.orElseThrow();
            return protect(client, table, has)
                    .thenCompose(done -> encrypt(client, table, has.keyArn()))
                    .thenCompose(done -> recover(client, table, has));
        });
    }

    private CompletableFuture<Void> protect(DynamoDbAsyncClient client, String table, TableCare has) {
        return !deletionProtected || has.deletionProtected()
                ? CompletableFuture.completedFuture(null)
                : client.updateTable(request -> request.tableName(table).deletionProtectionEnabled(true))
                        .thenCompose(updated -> usable(client, table));
    }

    /**
     * A table with a key has AWS's own, because none was named; if that is the wrong one, the right one is the user's.
     * A table without a key first gets AWS's own, which may be the right one and must not be named.
     */
    private CompletableFuture<Void> encrypt(DynamoDbAsyncClient client, String table, @Nullable String hasKeyArn) {
        if (keyArn == null || keyArn.equals(hasKeyArn)) {
            return CompletableFuture.completedFuture(null);
        }
        String named = hasKeyArn == null ? null : keyArn;
        return client.updateTable(request -> request.tableName(table)
                        .sseSpecification(
                                sse -> sse.enabled(true).sseType(SSEType.KMS).kmsMasterKeyId(named)))
                .thenCompose(updated -> usable(client, table))
                .thenCompose(usable -> of(client, table))
                .thenCompose(found -> {
                    String now = found.orElseThrow().keyArn();
                    if (now == null) {
                        throw new IllegalStateException("the table " + table + " was to be encrypted with the key "
                                + keyArn + " and has none: see in the console what holds it up, and restore again");
                    }
                    return named == null ? encrypt(client, table, now) : CompletableFuture.completedFuture(null);
                });
    }

    private CompletableFuture<Void> recover(DynamoDbAsyncClient client, String table, TableCare has) {
        return !recoverable || has.recoverable()
                ? CompletableFuture.completedFuture(null)
                : unlessUnknown(client.updateContinuousBackups(request -> request.tableName(table)
                                        .pointInTimeRecoverySpecification(
                                                recovery -> recovery.pointInTimeRecoveryEnabled(true)))
                                .thenApply(updated -> true))
                        .thenApply(updated -> null);
    }

    private static CompletableFuture<Boolean> recoverable(DynamoDbAsyncClient client, String table) {
        return unlessUnknown(client.describeContinuousBackups(request -> request.tableName(table))
                .thenApply(backups -> backups.continuousBackupsDescription()
                                .pointInTimeRecoveryDescription()
                                .pointInTimeRecoveryStatus()
                        == PointInTimeRecoveryStatus.ENABLED));
    }

    /** False if there is no such operation. */
    private static CompletableFuture<Boolean> unlessUnknown(CompletableFuture<Boolean> call) {
        return call.exceptionally(failure -> {
            Throwable cause = WriteOutcome.unwrap(failure);
            if (cause instanceof DynamoDbException refused
                    && refused.awsErrorDetails() != null
                    && UNKNOWN_OPERATION.equals(refused.awsErrorDetails().errorCode())) {
                return false;
            }
            throw new CompletionException(cause);
        });
    }

    private static CompletableFuture<Void> usable(DynamoDbAsyncClient client, String table) {
        return client.waiter()
                .waitUntilTableExists(wait -> wait.tableName(table))
                .thenApply(exists -> null);
    }

    private static @Nullable String keyOf(TableDescription table) {
        SSEDescription encryption = table.sseDescription();
        return encryption == null ? null : encryption.kmsMasterKeyArn();
    }
}
