package dev.tidemark.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.past.TooLateEvents;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Why an answer may have no values, according to its view's counts. */
final class EmptyAnswer {

    private EmptyAnswer() {}

    /**
     * Whether the values are those of an entity without events.
     *
     * @param derived the names of values that tell nothing: they may have a default; asked only if a value is nothing
     */
    static boolean isEmpty(JsonNode features, Supplier<Set<String>> derived) {
        Set<String> something = features.properties().stream()
                .filter(value -> !isNothing(value.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return something.size() < features.size() && derived.get().containsAll(something);
    }

    private static boolean isNothing(JsonNode value) {
        return value.isNull()
                || (value.isNumber() && value.decimalValue().signum() == 0)
                || (value.isContainerNode()
                        && StreamSupport.stream(value.spliterator(), false).allMatch(EmptyAnswer::isNothing));
    }

    /**
     * An explanation for somebody who expected values.
     *
     * @param health the answer of /v1/health
     * @return empty if it does not know the view
     */
    static Optional<String> note(String view, JsonNode health) {
        return StreamSupport.stream(health.path("views").spliterator(), false)
                .filter(one -> one.path("view").asText().equals(view))
                .findFirst()
                .map(one -> note(view, one.path("counts").path("folded").asLong(), lost(view, one.path("counts"))));
    }

    /** Whether events of the view came too late. */
    static boolean hasTooLate(String view, JsonNode health) {
        return StreamSupport.stream(health.path("views").spliterator(), false)
                .anyMatch(one -> one.path("view").asText().equals(view)
                        && one.path("counts").path("tooLate").asLong() > 0);
    }

    /** @param events of the entity, not empty */
    static String tooLate(String name, View view, List<TooLateEvents.Event> events) {
        TooLateEvents.Event last = events.get(events.size() - 1);
        return Plural.of(events.size(), "event") + " of this entity came too late for view " + name
                + " in the last day:"
                + " the last one arrived at "
                + Instant.ofEpochMilli(last.record().arrivalMillis()) + ", more than "
                + Window.formatDuration(view.retentionMillis()) + " (the view's retention) after it happened, at "
                + Instant.ofEpochMilli(last.eventTimeMillis()) + ". A longer `retention:` takes such events";
    }

    private static String note(String view, long folded, List<String> lost) {
        if (folded > 0) {
            return "Note: no event of this entity lies in these windows. Is the key written as in the events?"
                    + (lost.isEmpty() ? "" : " Of all events of view " + view + ", " + String.join("; ", lost));
        }
        return lost.isEmpty()
                ? "Note: view " + view + " has folded no event so far: put some on its stream, as by `tidemark put`"
                : "Note: no event counts in view " + view + " so far: " + String.join("; ", lost);
    }

    private static List<String> lost(String view, JsonNode counts) {
        List<String> lost = new ArrayList<>();
        add(
                lost,
                counts.path("tooLate").asLong(),
                " came too late, before the view's retention (`tidemark too-late " + view + "` lists them)");
        long quarantined = 0;
        List<String> reasons = new ArrayList<>();
        for (var reason : counts.path("quarantined").properties()) {
            quarantined += reason.getValue().asLong();
            reasons.add(reason.getValue().asLong() + " " + reason.getKey());
        }
        add(
                lost,
                quarantined,
                " went into quarantine (" + String.join(", ", reasons) + "; `tidemark quarantine list --view " + view
                        + "` says why)");
        add(lost, counts.path("filtered").asLong(), " did not pass the view's where");
        return lost;
    }

    private static void add(List<String> lost, long count, String what) {
        if (count > 0) {
            lost.add(count + what);
        }
    }
}
