package dev.tidemark.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.functions.Template;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parameter SchemaRegistry allows, and what nobody may without it. */
class SchemaPolicyTest {

    private static final Access ASK = new Access("glue:GetSchemaVersion", "*", Map.of());
    private static final Access READ = new Access("s3:GetObject", "arn:aws:s3:::bucket/schemas/a.json", Map.of());
    private static final Access KEEP = new Access("s3:PutObject", "arn:aws:s3:::bucket/schemas/a.json", Map.of());
    private static final Access LIST =
            new Access("s3:ListBucket", "arn:aws:s3:::bucket", Map.of("s3:prefix", "schemas/a.json"));

    private static boolean allows(String registry, String name, Access access) {
        Template template = Template.of(
                Map.of("SchemaRegistry", registry, "TrainStepArn", PolicyWorld.TRAIN_STEP),
                Map.of("StateTable", "state", "ControlTable", "control", "Bucket", "bucket"));
        return Policy.of(template, name).allows(access);
    }

    @ParameterizedTest
    @ValueSource(strings = {"IngestRole", "QueryRole", "AuditRole", "TrainRole", "ServePolicy", "OperatorReadPolicy"})
    void whoReadsEventsReadsTheCopies(String name) {
        for (Access access : List.of(READ, LIST)) {
            assertThat(allows("glue", name, access)).isTrue();
            assertThat(allows("", name, access)).isFalse();
        }
    }

    @Test
    void onlyTheIngestFunctionAsksTheRegistryAndKeepsWhatItSays() {
        for (Access access : List.of(ASK, KEEP)) {
            assertThat(allows("glue", "IngestRole", access)).isTrue();
            assertThat(allows("", "IngestRole", access)).isFalse();
            assertThat(allows("glue", "QueryRole", access)).isFalse();
            assertThat(allows("glue", "OperatorReadPolicy", access)).isFalse();
        }
    }
}
