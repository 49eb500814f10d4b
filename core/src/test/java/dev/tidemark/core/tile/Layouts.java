package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.aggregate.StateType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Layouts for tests: the states of some functions of slot 0, each once. */
final class Layouts {

    private Layouts() {}

    /** Arguments that are not given take their defaults. */
    static Computation bind(String name, Map<String, Object> arguments) {
        AggregateFunction function = AggregateFunctions.find(name).orElseThrow();
        Map<String, Object> complete = new HashMap<>(arguments);
        for (Parameter parameter : function.parameters()) {
            if (parameter.defaultValue() != null) {
                complete.putIfAbsent(parameter.name(), parameter.defaultValue());
            }
        }
        return function.bind(new FieldInput(0, "price", false), complete);
    }

    static TileLayout of(String... functions) {
        List<Computation> computations = new ArrayList<>();
        for (String function : functions) {
            computations.add(bind(function, Map.of()));
        }
        return of(computations.toArray(new Computation[0]));
    }

    static TileLayout of(Computation... computations) {
        List<TileLayout.Entry> entries = new ArrayList<>();
        for (Computation computation : computations) {
            for (StateType type : computation.states()) {
                if (entries.stream().noneMatch(entry -> entry.type().id().equals(type.id()))) {
                    entries.add(new TileLayout.Entry(type, TileLayout.NO_FILTER));
                }
            }
        }
        return new TileLayout(entries);
    }

    /** The same in the format of states from before heads. */
    static TileLayout inFirstFormat(TileLayout layout) {
        return new TileLayout(layout.entries(), TileLayout.FIRST_FORMAT);
    }
}
