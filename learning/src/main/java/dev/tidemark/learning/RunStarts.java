package dev.tidemark.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingDecision.Refused;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingRules;
import dev.tidemark.core.learn.TrainingRules.Trigger;
import dev.tidemark.core.store.MonitorLog.Found;
import dev.tidemark.core.store.TrainingLog.Champion;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which causes may start a run of a model. The monitor tells what it found only when that changes; if no run could start then, the
 * schedule starts it later, while it is still so. That is no other cause: it happened at the same moment, whoever tells of it.
 */
final class RunStarts {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Map<String, String>>> STATES = new TypeReference<>() {};

    private final Training training;
    private final Monitor monitor;
    private final TrainingLoop loop;

    RunStarts(Training training, Monitor monitor, TrainingLoop loop) {
        this.training = training;
        this.monitor = monitor;
        this.loop = loop;
    }

    /** A cause that the monitor found. */
    record Cause(String word, long atMillis) {}

    /**
     * Starts a run, if one may start.
     *
     * @param asked with the schedule as its cause: for whatever starts runs of this model
     * @param found what the monitor found last
     * @return the last refusal, if there are several
     */
    TrainingDecision begin(Trigger asked, Optional<Found> found, String step, TrainingLoop.Cuts cuts) {
        TrainingDecision decision = null;
        for (Trigger trigger : triggers(asked, found)) {
            decision = loop.begin(trigger, step, cuts).join();
            if (!(decision instanceof Refused)) {
                return decision;
            }
        }
        return decision != null
                ? decision
                : new Refused(
                        "runs of model '" + training.model() + "' are started by its monitor, which finds no "
                                + String.join(" or ", training.when()),
                        loop.state().join());
    }

    private List<Trigger> triggers(Trigger asked, Optional<Found> found) {
        if (!asked.cause().equals(TrainingRules.SCHEDULE)) {
            return List.of(asked);
        }
        Stream<Trigger> byMonitor = found
                .flatMap(one -> cause(one.atMillis(), causes(one.text())))
                .map(cause -> new Trigger(cause.word(), cause.atMillis(), asked.driver()))
                .stream();
        Stream<Trigger> byItself = new TrainingRules(training)
                .ownCause().map(own -> new Trigger(own, asked.causeMillis(), asked.driver())).stream();
        return Stream.concat(byMonitor, byItself).toList();
    }

    /**
     * The first cause that starts runs of this model; of the champion's, if the monitor knows it.
     *
     * @param causes by version; empty for none
     */
    Optional<Cause> cause(long atMillis, Map<String, String> causes) {
        Champion champion = loop.state().join().champion();
        Optional<String> ofChampion = Stream.of(
                        Optional.ofNullable(champion).map(one -> one.candidate().version()),
                        Optional.ofNullable(monitor.champion()))
                .flatMap(Optional::stream)
                .flatMap(version -> Stream.ofNullable(causes.get(version)))
                .findFirst();
        return ofChampion
                .map(Stream::of)
                .orElseGet(() -> causes.values().stream())
                .filter(training.when()::contains)
                .findFirst()
                .map(word -> new Cause(word, atMillis));
    }

    private static Map<String, String> causes(String states) {
        Map<String, String> causes = new LinkedHashMap<>();
        try {
            JSON.readValue(states, STATES)
                    .forEach((version, state) -> causes.put(version, state.getOrDefault("cause", "")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what the monitor remembers is no JSON: " + states, e);
        }
        return causes;
    }
}
