package dev.tidemark.training;

import dev.tidemark.core.past.PastEvent;
import dev.tidemark.core.past.PointInTime;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers all rows of one partition of one target: the only step that holds events in memory. */
final class PartitionAnswers {

    private final Plan plan;
    private final JobFiles files;
    private final PartitionedReader rows;
    private final List<PartitionedReader> events;
    private final long maxBytes;

    /** An event in the buffer: its entity, when it counts, and where it is. */
    private record Place(int entity, long orderMillis, int offset) {}

    /** A row with its answer in the order of the spine. */
    @SuppressWarnings("ArrayRecordComponent") // On its way into a file; never compared.
    private record Answered(long number, byte[] values) {}

    /** @param maxBytes a partition with more events than this is refused */
    PartitionAnswers(Plan plan, JobFiles files, PartitionedReader rows, List<PartitionedReader> events, long maxBytes) {
        this.plan = plan;
        this.files = files;
        this.rows = rows;
        this.events = events;
        this.maxBytes = Math.min(maxBytes, Integer.MAX_VALUE - 16);
    }

    /** Writes the bucket's answers in the order of the spine, unless they exist already. */
    void answer(int bucket) {
        if (Files.exists(files.answers(bucket)) && Files.exists(files.answersReport(bucket))) {
            return;
        }
        List<RowEntry> asked = rows(bucket);
        byte[] entries = asked.isEmpty() ? new byte[0] : entries(bucket);
        Map<String, Integer> entities = new HashMap<>();
        asked.forEach(row -> entities.computeIfAbsent(row.entity(), entity -> entities.size()));
        List<Place> places = places(entries, entities);
        List<Answered> answered = new ArrayList<>(asked.size());
        Approximations approximations = new Approximations();
        WantedView target = plan.targetOf(bucket);
        PointInTime pointInTime = new PointInTime(target.view(), target.names(), target.source());
        int event = 0;
        int row = 0;
        while (row < asked.size()) {
            int entity = entities.getOrDefault(asked.get(row).entity(), -1);
            int endRow = row;
            while (endRow < asked.size()
                    && asked.get(endRow).entity().equals(asked.get(row).entity())) {
                endRow++;
            }
            while (event < places.size() && places.get(event).entity() < entity) {
                event++;
            }
            answer(
                    pointInTime,
                    eventsOf(entity, places, event, entries),
                    asked.subList(row, endRow),
                    answered,
                    approximations);
            row = endRow;
        }
        files.writeJson(files.answersReport(bucket), approximations.toJson());
        write(bucket, answered);
    }

    private List<RowEntry> rows(int bucket) {
        List<RowEntry> entries = RowEntry.all(rows, bucket);
        // Entities in the order of their first row, which is also the order of their numbers.
        Map<String, Integer> order = new HashMap<>();
        entries.forEach(row -> order.computeIfAbsent(row.entity(), entity -> order.size()));
        entries.sort(Comparator.comparingInt((RowEntry row) -> order.getOrDefault(row.entity(), 0))
                .thenComparingLong(RowEntry::atMillis)
                .thenComparingLong(RowEntry::number));
        return entries;
    }

    private byte[] entries(int bucket) {
        long bytes = events.stream().mapToLong(file -> file.plainBytes(bucket)).sum();
        if (bytes > maxBytes) {
            throw new TrainingSetProblem("the events of one partition of view '"
                    + plan.targetOf(bucket).view().name() + "' take " + (bytes >> 20) + " MiB, and there is room for "
                    + (maxBytes >> 20) + " MiB: an entity's events must fit into memory, so give it more "
                    + "(TIDEMARK_JAVA_OPTS=-Xmx…), or fewer threads, or leave the busiest entities out");
        }
        ByteBuffer entries = ByteBuffer.allocate((int) bytes);
        events.forEach(file -> file.read(bucket, entries));
        return entries.array();
    }

    private static List<Place> places(byte[] bytes, Map<String, Integer> entities) {
        List<Place> places = new ArrayList<>();
        ByteBuffer entries = ByteBuffer.wrap(bytes);
        while (entries.hasRemaining()) {
            // Another entity may have the hash of one that is wanted.
            Integer entity = entities.get(EventEntry.entity(entries));
            long order = entries.getLong();
            if (entity != null) {
                places.add(new Place(entity, order, entries.position()));
            }
            EventEntry.skip(entries);
        }
        places.sort(Comparator.comparingInt(Place::entity)
                .thenComparingLong(Place::orderMillis)
                .thenComparingInt(Place::offset));
        return places;
    }

    private static Iterator<PastEvent> eventsOf(int entity, List<Place> places, int first, byte[] entries) {
        return new Iterator<>() {
            private int next = first;

            @Override
            public boolean hasNext() {
                return next < places.size() && places.get(next).entity() == entity;
            }

            @Override
            public PastEvent next() {
                Place place = places.get(next++);
                return EventEntry.read(entries, place.offset(), place.orderMillis());
            }
        };
    }

    private static void answer(
            PointInTime pointInTime,
            Iterator<PastEvent> events,
            List<RowEntry> asked,
            List<Answered> answered,
            Approximations approximations) {
        long[] moments = asked.stream().mapToLong(RowEntry::atMillis).toArray();
        pointInTime.answer(events, moments, (moment, values, ofRow) -> {
            answered.add(new Answered(asked.get(moment).number(), encode(values)));
            approximations.add(ofRow);
        });
    }

    private static byte[] encode(Map<String, @Nullable Object> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * values.size());
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (Object value : values.values()) {
                FeatureValues.write(out, value);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private void write(int bucket, List<Answered> answered) {
        answered.sort(Comparator.comparingLong(Answered::number));
        Path file = files.answers(bucket);
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 16))) {
            for (Answered one : answered) {
                out.writeLong(one.number());
                out.write(one.values());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + unfinished, e);
        }
        JobFiles.move(unfinished, file);
    }
}
