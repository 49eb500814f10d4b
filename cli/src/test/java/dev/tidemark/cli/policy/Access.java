package dev.tidemark.cli.policy;

import dev.tidemark.functions.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * What IAM must allow for a call.
 *
 * @param action such as {@code s3:GetObject}; the names of operations and of actions differ
 * @param resource an ARN, or * where the action knows no resources
 * @param context the condition keys of the call that policies of the template look at
 */
record Access(String action, String resource, Map<String, String> context) {

    private static final String TABLES = "arn:aws:dynamodb:" + Template.REGION + ":" + Template.ACCOUNT + ":table/";
    private static final String STREAMS = "arn:aws:kinesis:" + Template.REGION + ":" + Template.ACCOUNT + ":stream/";
    private static final String VIA = "kms:ViaService";

    /**
     * @param missing whether the answer was that there is no such object
     * @throws IllegalArgumentException if it is not known which actions the call needs: say so here
     */
    static List<Access> of(SdkRequest call, boolean missing) {
        if (call instanceof TransactWriteItemsRequest transaction) {
            return transaction.transactItems().stream()
                    .map(Access::inTransaction)
                    .toList();
        }
        if (call instanceof BatchGetItemRequest batch) {
            return batch.requestItems().keySet().stream()
                    .map(table -> onTable("BatchGetItem", table))
                    .toList();
        }
        if (call instanceof BatchWriteItemRequest batch) {
            return batch.requestItems().keySet().stream()
                    .map(table -> onTable("BatchWriteItem", table))
                    .toList();
        }
        if (call instanceof DeleteObjectsRequest deletion) {
            return deletion.delete().objects().stream()
                    .map(object -> onObject("DeleteObject", deletion.bucket(), object.key()))
                    .toList();
        }
        if (call instanceof GetObjectRequest get && missing) {
            // Whoever may not list is told that he may not read; the code looks for the other answer.
            return List.of(onObject("GetObject", get.bucket(), get.key()), list(get.bucket(), get.key()));
        }
        Access one = ofDynamoDb(call);
        one = one == null ? ofS3(call) : one;
        one = one == null ? ofOthers(call) : one;
        if (one == null) {
            throw new IllegalArgumentException("which actions does this call need? " + call.getClass());
        }
        return List.of(one);
    }

    /** The actions of a key under which the resource is encrypted, which AWS uses in the caller's name. */
    List<Access> ofKey(String keyArn) {
        List<Access> uses = new ArrayList<>();
        String service = action.substring(0, action.indexOf(':'));
        boolean ofTable = service.equals("dynamodb")
                && !action.endsWith("Table")
                && !action.endsWith("TimeToLive")
                && !action.endsWith("Backups");
        if (action.equals("dynamodb:UpdateTable")) {
            // For whoever gives a table a key: DynamoDB looks at it, and is granted its use.
            for (String use : List.of("kms:CreateGrant", "kms:DescribeKey", "kms:Encrypt")) {
                uses.add(new Access(use, keyArn, Map.of(VIA, service + "." + Template.REGION + ".amazonaws.com")));
            }
        }
        if (ofTable || List.of("s3:GetObject", "kinesis:GetRecords").contains(action)) {
            uses.add(
                    new Access("kms:Decrypt", keyArn, Map.of(VIA, service + "." + Template.REGION + ".amazonaws.com")));
        }
        if (List.of("s3:PutObject", "kinesis:PutRecords").contains(action)) {
            uses.add(new Access(
                    "kms:GenerateDataKey", keyArn, Map.of(VIA, service + "." + Template.REGION + ".amazonaws.com")));
        }
        return uses;
    }

    private static @Nullable Access ofDynamoDb(SdkRequest call) {
        if (call instanceof GetItemRequest get) {
            return onTable("GetItem", get.tableName());
        }
        if (call instanceof PutItemRequest put) {
            return onTable("PutItem", put.tableName());
        }
        if (call instanceof QueryRequest query) {
            return onTable("Query", query.tableName());
        }
        if (call instanceof ScanRequest scan) {
            return onTable("Scan", scan.tableName());
        }
        if (call instanceof CreateTableRequest create) {
            return onTable("CreateTable", create.tableName());
        }
        if (call instanceof DescribeTableRequest describe) {
            return onTable("DescribeTable", describe.tableName());
        }
        if (call instanceof UpdateTableRequest update) {
            return onTable("UpdateTable", update.tableName());
        }
        if (call instanceof DescribeContinuousBackupsRequest describe) {
            return onTable("DescribeContinuousBackups", describe.tableName());
        }
        if (call instanceof UpdateContinuousBackupsRequest update) {
            return onTable("UpdateContinuousBackups", update.tableName());
        }
        return call instanceof UpdateTimeToLiveRequest update ? onTable("UpdateTimeToLive", update.tableName()) : null;
    }

    private static @Nullable Access ofS3(SdkRequest call) {
        if (call instanceof GetObjectRequest get) {
            return onObject("GetObject", get.bucket(), get.key());
        }
        if (call instanceof PutObjectRequest put) {
            return onObject("PutObject", put.bucket(), put.key());
        }
        return call instanceof ListObjectsV2Request list ? list(list.bucket(), String.valueOf(list.prefix())) : null;
    }

    private static @Nullable Access ofOthers(SdkRequest call) {
        if (call instanceof DescribeStreamSummaryRequest describe) {
            return describe.streamARN() == null
                    ? onStream("DescribeStreamSummary", describe.streamName())
                    : new Access("kinesis:DescribeStreamSummary", describe.streamARN(), Map.of());
        }
        if (call instanceof ListShardsRequest list) {
            return new Access("kinesis:ListShards", list.streamARN(), Map.of());
        }
        if (call instanceof GetShardIteratorRequest get) {
            return new Access("kinesis:GetShardIterator", get.streamARN(), Map.of());
        }
        if (call instanceof GetRecordsRequest get) {
            return new Access("kinesis:GetRecords", get.streamARN(), Map.of());
        }
        if (call instanceof PutRecordsRequest put) {
            return onStream("PutRecords", put.streamName());
        }
        return call instanceof ListEventSourceMappingsRequest
                ? new Access("lambda:ListEventSourceMappings", "*", Map.of())
                : null;
    }

    /** A transaction is no action; its parts are. */
    private static Access inTransaction(TransactWriteItem item) {
        if (item.conditionCheck() != null) {
            return onTable("ConditionCheckItem", item.conditionCheck().tableName());
        }
        if (item.put() != null) {
            return onTable("PutItem", item.put().tableName());
        }
        throw new IllegalArgumentException("which action is this part of a transaction? " + item.toString());
    }

    private static Access onTable(String operation, String table) {
        return new Access("dynamodb:" + operation, TABLES + table, Map.of());
    }

    /** On a stream of this account and region. */
    static Access onStream(String operation, String stream) {
        return new Access("kinesis:" + operation, STREAMS + stream, Map.of());
    }

    private static Access onObject(String operation, String bucket, String key) {
        return new Access("s3:" + operation, "arn:aws:s3:::" + bucket + "/" + key, Map.of());
    }

    private static Access list(String bucket, String prefix) {
        return new Access("s3:ListBucket", "arn:aws:s3:::" + bucket, Map.of("s3:prefix", prefix));
    }

    /** The same in a deployment whose tables have other names. */
    Access onTables(Map<String, String> names) {
        String table = resource.startsWith(TABLES) ? resource.substring(TABLES.length()) : "";
        return names.containsKey(table) ? new Access(action, TABLES + names.get(table), context) : this;
    }

    @Override
    public String toString() {
        return action + " on " + resource + (context.isEmpty() ? "" : " " + context);
    }
}
