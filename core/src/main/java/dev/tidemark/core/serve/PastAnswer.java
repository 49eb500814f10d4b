package dev.tidemark.core.serve;

import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An entity's values at a past moment.
 *
 * @param atMillis the moment
 * @param served with what had arrived by then; null if not asked for
 * @param now with everything known today, without events that happened after the moment; null if not asked for. Its
 *     windows end right after the moment, see {@link #endMillis}
 * @param made what the answers were computed from
 * @param late the events that make the difference, in the order they became known, limited as requested; empty unless
 *     both answers were asked for
 * @param lateCount how many there are
 */
public record PastAnswer(
        long atMillis, @Nullable Answer served, @Nullable Answer now, Made made, List<Late> late, long lateCount) {

    /**
     * What a replay read.
     *
     * @param checkpoint the id of the checkpoint it began with; null if it began with the archive
     * @param records how many archived and redriven records it read
     */
    public record Made(@Nullable String checkpoint, long records) {}

    /**
     * An event within a window that became known only after the moment.
     *
     * @param lane the lane whose item holds it: a redrive's lane names the redrive
     * @param knownMillis when it became known
     */
    public record Late(String lane, Position position, long eventTimeMillis, long arrivalMillis, long knownMillis) {

        /** How long after it happened it became known. */
        public long lateMillis() {
            return knownMillis - eventTimeMillis;
        }
    }

    public PastAnswer {
        late = List.copyOf(late);
    }

    /** Where the windows of {@link #now} end, exclusive. */
    public long endMillis() {
        return atMillis + 1;
    }

    /** The names of the values in which the two answers differ, in catalog order; empty unless both exist. */
    public List<String> differences() {
        Answer then = served;
        Answer today = now;
        if (then == null || today == null) {
            return List.of();
        }
        return today.values().keySet().stream()
                .filter(name ->
                        !Objects.equals(then.values().get(name), today.values().get(name)))
                .toList();
    }
}
