package dev.tidemark.core.aggregate;

import java.util.List;
import java.util.stream.Stream;

/** A function that holds predictions against the truth: probabilities against yes or no, or numbers against numbers. */
abstract class Judgement implements AggregateFunction {

    private final String name;
    private final String summary;
    private final boolean ofProbabilities;
    private final List<Parameter> parameters;

    /** @param more its parameters besides the label */
    Judgement(String name, String summary, boolean ofProbabilities, Parameter... more) {
        this.name = name;
        this.summary = summary;
        this.ofProbabilities = ofProbabilities;
        this.parameters =
                Stream.concat(Stream.of(Label.PARAMETER), Stream.of(more)).toList();
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String summary() {
        return summary;
    }

    @Override
    public final Input input() {
        return ofProbabilities ? Input.PROBABILITY : Input.NUMBER;
    }

    @Override
    public final Input label() {
        return ofProbabilities ? Input.BINARY : Input.NUMBER;
    }

    @Override
    public final List<Parameter> parameters() {
        return parameters;
    }
}
