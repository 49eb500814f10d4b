package dev.tidemark.local.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ComparisonOperator;
import software.amazon.awssdk.services.dynamodb.model.Condition;
import software.amazon.awssdk.services.dynamodb.model.ExpectedAttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.dynamodb.services.exceptions.DynamoDBLocalServiceException;
import software.amazon.dynamodb.services.local.embedded.DDBExceptionMappingInvocationHandler;
import software.amazon.dynamodb.services.local.shared.access.client.LocalDynamoDbAsyncClient;

/**
 * DynamoDB Local called in its own process. Where the library would begin a thread for each request, this has a few; and the
 * simple conditions of the stores are handed over in the form from before there were expressions, because three quarters of
 * a query were its parser. Whatever is not so simple goes through as it is.
 */
final class NearTables extends LocalDynamoDbAsyncClient {

    private static final String NAME = "([A-Za-z_][A-Za-z0-9_]*)";
    private static final String VALUE = "(:[a-z]+)";
    private static final Pattern IS = Pattern.compile(NAME + " = " + VALUE);
    private static final Pattern IS_ABSENT = Pattern.compile("attribute_not_exists\\(" + NAME + "\\)");
    private static final Pattern IS_AND_BETWEEN =
            Pattern.compile(NAME + " = " + VALUE + " AND " + NAME + " BETWEEN " + VALUE + " AND " + VALUE);

    private final DynamoDbClient tables;
    private final ExecutorService threads;

    NearTables(DynamoDbClient tables) {
        super(tables);
        this.tables = tables;
        this.threads = Executors.newFixedThreadPool(
                Math.max(2, Runtime.getRuntime().availableProcessors()), NearTables::thread);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tables");
        thread.setDaemon(true);
        return thread;
    }

    private <T> CompletableFuture<T> soon(Supplier<T> call) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return call.get();
                    } catch (DynamoDBLocalServiceException e) {
                        throw asOverHttp(e);
                    }
                },
                threads);
    }

    /** The exception that the SDK makes of such an answer. */
    private static RuntimeException asOverHttp(DynamoDBLocalServiceException failure) {
        try {
            DDBExceptionMappingInvocationHandler.handleDynamoDBLocalServiceException(failure);
            return failure;
        } catch (AwsServiceException e) {
            return e;
        } catch (Throwable e) {
            throw new IllegalStateException("what failed cannot be told", e);
        }
    }

    @Override
    public CompletableFuture<GetItemResponse> getItem(GetItemRequest request) {
        return soon(() -> tables.getItem(request));
    }

    @Override
    public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
        return soon(() -> tables.batchGetItem(request));
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return soon(() -> tables.query(plain(request)));
    }

    @Override
    public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
        return soon(() -> tables.putItem(plain(request)));
    }

    static QueryRequest plain(QueryRequest request) {
        Map<String, Condition> conditions = request.keyConditionExpression() == null
                        || request.filterExpression() != null
                        || request.hasExpressionAttributeNames()
                ? null
                : conditions(request.keyConditionExpression(), request.expressionAttributeValues());
        return conditions == null
                ? request
                : request.toBuilder()
                        .keyConditionExpression(null)
                        .expressionAttributeValues(null)
                        .keyConditions(conditions)
                        .build();
    }

    private static @Nullable Map<String, Condition> conditions(String expression, Map<String, AttributeValue> values) {
        Map<String, Condition> conditions = new LinkedHashMap<>();
        Matcher is = IS.matcher(expression);
        if (is.matches()) {
            conditions.put(is.group(1), condition(ComparisonOperator.EQ, values.get(is.group(2))));
            return conditions;
        }
        Matcher between = IS_AND_BETWEEN.matcher(expression);
        if (!between.matches()) {
            return null;
        }
        conditions.put(between.group(1), condition(ComparisonOperator.EQ, values.get(between.group(2))));
        conditions.put(
                between.group(3),
                condition(ComparisonOperator.BETWEEN, values.get(between.group(4)), values.get(between.group(5))));
        return conditions;
    }

    private static Condition condition(ComparisonOperator operator, @Nullable AttributeValue... values) {
        return Condition.builder()
                .comparisonOperator(operator)
                .attributeValueList(values)
                .build();
    }

    static PutItemRequest plain(PutItemRequest request) {
        if (request.conditionExpression() == null || request.hasExpressionAttributeNames()) {
            return request;
        }
        ExpectedAttributeValue expected;
        String name;
        Matcher is = IS.matcher(request.conditionExpression());
        Matcher absent = IS_ABSENT.matcher(request.conditionExpression());
        if (is.matches()) {
            name = is.group(1);
            expected = ExpectedAttributeValue.builder()
                    .value(request.expressionAttributeValues().get(is.group(2)))
                    .build();
        } else if (absent.matches()) {
            name = absent.group(1);
            expected = ExpectedAttributeValue.builder().exists(false).build();
        } else {
            return request;
        }
        return request.toBuilder()
                .conditionExpression(null)
                .expressionAttributeValues(null)
                .expected(Map.of(name, expected))
                .build();
    }

    /** Ends the threads; the tables are closed by whoever opened them. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
