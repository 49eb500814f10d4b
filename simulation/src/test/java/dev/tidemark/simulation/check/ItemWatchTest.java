package dev.tidemark.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulation.engine.Dials;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Trace;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemWatchTest {

    private final Engine engine = new Engine(1, new Dials(Map.of()), 0, Trace.off());
    private final ItemWatch watch = new ItemWatch(engine);

    @Test
    void marksThatGrow() {
        watch.written(null, item("7:0", "a"));
        watch.written(item("7:0", "a"), item("11:0", "b"));

        assertThat(engine.failure()).isNull();
    }

    @Test
    void aMarkThatDoesNotGrow() {
        watch.written(item("11:0", "b"), item("7:0", "a"));

        assertThat(engine.failure()).contains("does not grow");
    }

    @Test
    void otherContentAtTheSameMark() {
        watch.written(null, item("7:0", "a"));
        watch.written(null, item("7:0", "b"));

        assertThat(engine.failure()).contains("other content at the same mark");
    }

    @Test
    void whatExpiredComesBack() {
        watch.expired(item("7:0", "a"));
        watch.written(null, item("11:0", "b"));

        assertThat(engine.failure()).contains("deleted when it expired");
    }

    @Test
    void aHeadThatExpiredBeginsAgain() {
        watch.expired(item("head/0/lane", "7:0", "a"));
        watch.written(null, item("head/0/lane", "11:0", "b"));

        assertThat(engine.failure()).isNull();
    }

    private static Map<String, AttributeValue> item(String mark, String body) {
        return item("5s/1/lane", mark, body);
    }

    private static Map<String, AttributeValue> item(String sortKey, String mark, String body) {
        return Map.of(
                "pk", AttributeValue.fromS("view|entity"),
                "sk", AttributeValue.fromS(sortKey),
                "m", AttributeValue.fromS(mark),
                "b", AttributeValue.fromB(SdkBytes.fromUtf8String(body)));
    }
}
