package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How far what an answer was computed from had come.
 *
 * @param missing what is not contained although it is before the lanes' positions; empty when complete
 * @param foldedUpTo the arrival time up to which everything is folded; empty if unknown
 * @param newestArrival the newest arrival that was folded
 * @param caughtUp whether nothing waits in the streams; null if unknown
 * @param waitingSince the arrival of the oldest record that is known to wait
 * @param lagMillis how far the fold is behind; empty if unknown
 */
public record Freshness(
        List<ViewProgress.Missing> missing,
        OptionalLong foldedUpTo,
        OptionalLong newestArrival,
        @Nullable Boolean caughtUp,
        OptionalLong waitingSince,
        OptionalLong lagMillis) {

    /** How many incomplete lanes are named. */
    private static final int MAX_MISSING = 20;

    public Freshness {
        missing = List.copyOf(missing);
    }

    public static Freshness of(View view, ViewProgress progress, long nowMillis) {
        return new Freshness(
                progress.missing(),
                progress.foldedUpToMillis(view.streamRetentionMillis(), nowMillis),
                progress.newestArrivalMillis(),
                progress.waiting().caughtUp(),
                progress.waiting().sinceMillis(),
                progress.lagMillis(view.streamRetentionMillis(), nowMillis));
    }

    /** Of a value that is computed from all of these, at least one: as fresh as the least fresh of them. */
    public static Freshness ofAll(List<Freshness> parts) {
        List<ViewProgress.Missing> missing = new ArrayList<>();
        parts.forEach(part -> missing.addAll(part.missing()));
        boolean anyWaits = parts.stream().anyMatch(part -> Boolean.FALSE.equals(part.caughtUp()));
        boolean allCaughtUp = parts.stream().allMatch(part -> Boolean.TRUE.equals(part.caughtUp()));
        return new Freshness(
                missing.stream().distinct().toList(),
                ifAll(parts, Freshness::foldedUpTo, true),
                known(parts, Freshness::newestArrival)
                        .mapToLong(OptionalLong::getAsLong)
                        .max(),
                anyWaits ? Boolean.FALSE : allCaughtUp ? Boolean.TRUE : null,
                known(parts, Freshness::waitingSince)
                        .mapToLong(OptionalLong::getAsLong)
                        .min(),
                ifAll(parts, Freshness::lagMillis, false));
    }

    /** Unknown if one of them is. */
    private static OptionalLong ifAll(List<Freshness> parts, Function<Freshness, OptionalLong> member, boolean least) {
        if (known(parts, member).count() < parts.size()) {
            return OptionalLong.empty();
        }
        var all = known(parts, member).mapToLong(OptionalLong::getAsLong);
        return least ? all.min() : all.max();
    }

    private static Stream<OptionalLong> known(List<Freshness> parts, Function<Freshness, OptionalLong> member) {
        return parts.stream().map(member).filter(OptionalLong::isPresent);
    }

    /** Writes it as a member. */
    public void write(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("freshness");
        out.writeBooleanField("complete", missing.isEmpty());
        writeMissing(out);
        Json.moment(out, "foldedUpTo", boxed(foldedUpTo));
        Json.moment(out, "newestArrival", boxed(newestArrival));
        LaneJson.waiting(out, caughtUp, boxed(waitingSince));
        if (lagMillis.isPresent()) {
            out.writeNumberField("lagMillis", lagMillis.getAsLong());
        } else {
            out.writeNullField("lagMillis");
        }
        out.writeEndObject();
    }

    private void writeMissing(JsonGenerator out) throws IOException {
        if (missing.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("missing");
        for (ViewProgress.Missing one : missing.subList(0, Math.min(MAX_MISSING, missing.size()))) {
            out.writeStartObject();
            out.writeStringField("reason", one.reason());
            if (one.lane() != null) {
                out.writeStringField("lane", one.lane());
            }
            if (one.upTo() != null) {
                out.writeStringField("upTo", one.upTo().text());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
