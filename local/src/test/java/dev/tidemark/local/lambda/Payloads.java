package dev.tidemark.local.lambda;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.StreamRecord;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events as the bytes that Lambda's event source mapping and API Gateway send, members of no interest included. */
final class Payloads {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Payloads() {}

    /** A batch, as in "Using Lambda with Kinesis": arrivals in seconds, data in Base64. */
    static String kinesis(String streamArn, List<StreamRecord> batch) {
        ObjectNode event = JSON.createObjectNode();
        ArrayNode records = event.putArray("Records");
        for (StreamRecord record : batch) {
            ObjectNode one = records.addObject();
            one.putObject("kinesis")
                    .put("kinesisSchemaVersion", "1.0")
                    .put("partitionKey", "key")
                    .put("sequenceNumber", record.sequenceNumber())
                    .put("data", Base64.getEncoder().encodeToString(record.data()))
                    .put("approximateArrivalTimestamp", BigDecimal.valueOf(record.arrivalMillis(), 3));
            one.put("eventSource", "aws:kinesis")
                    .put("eventVersion", "1.0")
                    .put("eventID", record.shardId() + ":" + record.sequenceNumber())
                    .put("eventName", "aws:kinesis:record")
                    .put("invokeIdentityArn", "arn:aws:iam::000000000000:role/ingest")
                    .put("awsRegion", "us-east-1")
                    .put("eventSourceARN", streamArn);
        }
        return event.toString();
    }

    static String get(String path, Map<String, String> query) {
        return request("GET", path, query, null);
    }

    static String post(String path, String body) {
        return request("POST", path, Map.of(), body);
    }

    static String post(String path, String body, String accept) {
        return request("POST", path, Map.of(), body).replace("\"*/*\"", '"' + accept + '"');
    }

    /** A request, as in "Lambda proxy integrations in API Gateway". */
    static String request(String method, String path, Map<String, String> query, @Nullable String body) {
        ObjectNode event = JSON.createObjectNode();
        event.put("resource", "/{proxy+}").put("path", path).put("httpMethod", method);
        event.putObject("headers").put("Accept", "*/*").put("Host", "api.execute-api.us-east-1.amazonaws.com");
        event.putObject("multiValueHeaders").putArray("Accept").add("*/*");
        if (query.isEmpty()) {
            event.putNull("queryStringParameters").putNull("multiValueQueryStringParameters");
        } else {
            ObjectNode single = event.putObject("queryStringParameters");
            ObjectNode multi = event.putObject("multiValueQueryStringParameters");
            query.forEach((name, value) -> {
                single.put(name, value);
                multi.putArray(name).add(value);
            });
        }
        event.putObject("pathParameters").put("proxy", path.substring(1));
        event.putNull("stageVariables");
        ObjectNode context = event.putObject("requestContext");
        context.put("resourceId", "abc123")
                .put("resourcePath", "/{proxy+}")
                .put("httpMethod", method)
                .put("extendedRequestId", "JJbxmplHYosFVYQ=")
                .put("requestTime", "10/Mar/2026:00:03:59 +0000")
                .put("path", "/live" + path)
                .put("accountId", "000000000000")
                .put("protocol", "HTTP/1.1")
                .put("stage", "live")
                .put("domainPrefix", "api")
                .put("requestTimeEpoch", 1_773_101_039_000L)
                .put("requestId", "7f3c1b1e-0000-4000-8000-000000000001")
                .put("domainName", "api.execute-api.us-east-1.amazonaws.com")
                .put("deploymentId", "d1")
                .put("apiId", "api");
        context.putObject("identity")
                .put("sourceIp", "127.0.0.1")
                .put("userAgent", "test")
                .put("userArn", "arn:aws:iam::000000000000:user/reader")
                .putNull("cognitoIdentityPoolId");
        event.put("body", body).put("isBase64Encoded", false);
        return event.toString();
    }
}
