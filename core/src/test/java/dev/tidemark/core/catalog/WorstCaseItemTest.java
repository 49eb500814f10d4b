package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.aggregate.TileStates;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** With a function whose states are as large as a test wants. */
class WorstCaseItemTest {

    private final CatalogCompiler compiler = new CatalogCompiler(List.of(new Blob()));

    @Test
    void aTileThatFitsNoItemIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> compiler.compile(catalog("bytes: 406400", "")))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessage("6:5 views.v: an item could exceed the 409,600 bytes that DynamoDB takes: "
                        + "3,249 (keys and attributes) + 11 (format version and number of tiles) "
                        + "+ 6 (a tile's place and marks) + 406,400 (blob(406400)) = 409,666 bytes"
                        + " — lower the largest: smaller parameters, fewer groups, ids or halves, or split the view");
    }

    @Test
    void tooManyIdsAreRefusedToo() {
        assertThatThrownBy(() ->
                        compiler.compile(catalog("bytes: 400000", "drop_duplicates: {horizon: 1h, max_ids: 20000}")))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessageContaining("3,249 (keys and attributes) + 24 (format version, latest arrival and number of"
                        + " ids) + 20000 × 28 (event ids) = ");
    }

    @Test
    void aBlockHoldsAsManyTilesAsFit() {
        assertThat(tilesPerBlock(6_000)).isEqualTo(48);
        assertThat(tilesPerBlock(100_000)).isEqualTo(4);
        assertThat(tilesPerBlock(406_300)).isEqualTo(1);
    }

    private int tilesPerBlock(int bytes) {
        return compiler.compile(catalog("bytes: " + bytes, ""))
                .views()
                .get(0)
                .ladder()
                .hop()
                .tilesPerBlock();
    }

    private static String catalog(String argument, String key) {
        return """
                tidemark: 1
                sources:
                  s: {stream: s, event_time: ts, event_id: id}
                views:
                  v:
                    source: s
                    entity: user
                    %s
                    features:
                      f: {function: blob, windows: [1h], %s}
                """.formatted(key, argument);
    }

    private static final class Blob implements AggregateFunction {

        @Override
        public String name() {
            return "blob";
        }

        @Override
        public String summary() {
            return "nothing";
        }

        @Override
        public Input input() {
            return Input.NONE;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(new Parameter("bytes", Parameter.Kind.INTEGER, null, 1, Double.NaN, "the size"));
        }

        @Override
        public Computation bind(FieldInput input, Map<String, Object> arguments) {
            int bytes = (Integer) Objects.requireNonNull(arguments.get("bytes"));
            return new Computation() {
                @Override
                public List<StateType> states() {
                    return List.of(new BlobType(bytes));
                }

                @Override
                public @Nullable Object value(TileStates tiles) {
                    return null;
                }
            };
        }
    }

    private record BlobType(int bytes) implements StateType {

        @Override
        public String id() {
            return "blob(" + bytes + ")";
        }

        @Override
        public State create() {
            throw new UnsupportedOperationException("no event is folded here");
        }

        @Override
        public State read(ByteReader in, String shardId) {
            throw new UnsupportedOperationException("no item is read here");
        }

        @Override
        public int maxEncodedBytes() {
            return bytes;
        }
    }
}
