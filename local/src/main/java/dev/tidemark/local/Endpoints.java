package dev.tidemark.local;

import java.net.URI;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Where the local services answer; any AWS client can be pointed at them, with any credentials.
 *
 * @param tables what answers at {@code dynamoDb}, for the functions in this process: HTTP, JSON and signatures were most of
 *     what a request for an item took
 */
public record Endpoints(URI kinesis, URI dynamoDb, URI s3, DynamoDbAsyncClient tables) {}
