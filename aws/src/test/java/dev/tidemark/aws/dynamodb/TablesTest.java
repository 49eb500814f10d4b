package dev.tidemark.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.testing.LocalAws;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

class TablesTest {

    private final DynamoDbAsyncClient client = LocalAws.clients().dynamoDb();
    private final String state = "state-" + UUID.randomUUID();
    private final String control = "control-" + UUID.randomUUID();

    @Test
    void createsWhatIsMissing() {
        Tables.create(client, state, control).join();
        Tables.create(client, state, control).join();

        TableDescription table =
                client.describeTable(request -> request.tableName(state)).join().table();
        assertThat(table.keySchema())
                .extracting(key -> key.attributeName() + " " + key.keyTypeAsString())
                .containsExactly("pk HASH", "sk RANGE");
        assertThat(table.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(ttl(state).timeToLiveStatus()).isEqualTo(TimeToLiveStatus.ENABLED);
        assertThat(ttl(state).attributeName()).isEqualTo("x");
        assertThat(ttl(control).timeToLiveStatus()).isEqualTo(TimeToLiveStatus.DISABLED);
    }

    private TimeToLiveDescription ttl(String table) {
        return client.describeTimeToLive(request -> request.tableName(table))
                .join()
                .timeToLiveDescription();
    }
}
