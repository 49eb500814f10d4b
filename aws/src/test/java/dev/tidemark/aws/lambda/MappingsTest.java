package dev.tidemark.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MappingsTest {

    private String answer = "{}";
    private final ScriptedHttp server = new ScriptedHttp((target, body) ->
            new ScriptedHttp.Answer(200, "application/json", answer.getBytes(StandardCharsets.UTF_8)));
    private final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_LAMBDA",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);
    private final Mappings mappings = new Mappings(clients.lambda());

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    @Test
    void readsTheSettingsThatTheFoldDependsOn() {
        answer = """
                {"EventSourceMappings": [{
                  "UUID": "6d9b", "BatchSize": 1000, "ParallelizationFactor": 4, "StartingPosition": "LATEST",
                  "MaximumRetryAttempts": 3, "MaximumRecordAgeInSeconds": 60,
                  "FilterCriteria": {"Filters": [{"Pattern": "{}"}]}
                }, {
                  "UUID": "7e0c", "StartingPosition": "TRIM_HORIZON", "ParallelizationFactor": 1,
                  "FunctionResponseTypes": ["ReportBatchItemFailures"],
                  "MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1, "FilterCriteria": {"Filters": []}
                }]}""";

        assertThat(mappings.find("function", "stream").join())
                .containsExactly(
                        new Mapping("6d9b", 4, false, true, 3, 60, true),
                        new Mapping("7e0c", 1, true, false, -1, -1, false));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        answer = "{\"EventSourceMappings\": [{\"UUID\": \"6d9b\"}]}";

        assertThat(mappings.find("function", "stream").join())
                .containsExactly(new Mapping("6d9b", 1, false, false, -1, -1, false));
    }

    @Test
    void findsNoneWhereNoneIs() {
        assertThat(mappings.find("function", "stream").join()).isEmpty();
    }
}
