package dev.tidemark.learning;

import dev.tidemark.core.store.TrainingLog.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a driver is told.
 *
 * @param cause why the run started; empty before it has
 * @param run the name of the run; empty if none has started
 * @param told the last entry of the training log that {@code events} tell of
 * @param next what the driver is to do
 * @param seconds how long it waits before that
 * @param reason how it ended, or what is waited for; in words
 * @param train what the training step is to be told; empty unless it is next
 * @param events what others are to be told: each has a type and a detail
 * @param news the entries of the training log that the driver was not told of
 */
record TrainAnswer(
        String model,
        String cause,
        String run,
        long told,
        Next next,
        long seconds,
        String reason,
        Map<String, Object> train,
        List<Map<String, Object>> events,
        List<Entry> news) {

    /** What a driver does next. */
    enum Next {
        /** Runs the training step, then calls again. */
        TRAIN,
        /** Waits, then calls again. */
        WAIT,
        /** Calls again. */
        AGAIN,
        /** Nothing. */
        DONE;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Without {@code news}, which are for the log. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", model);
        map.put("cause", cause);
        map.put("run", run);
        map.put("told", told);
        map.put("next", next.word());
        map.put("seconds", seconds);
        map.put("reason", reason);
        map.put("train", train);
        map.put("events", events);
        return map;
    }
}
