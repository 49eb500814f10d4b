package dev.tidemark.core.store;

import dev.tidemark.core.async.Loop;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.Sha256;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The manifests of all imports, of all sources, numbered from 1 without a gap (rule I1). A manifest says which rows an
 * import has, before any of them is archived or folded. Nothing is ever changed or deleted. Reads are strongly
 * consistent.
 */
public interface ImportLog {

    /** Without imports; nothing can be appended. */
    ImportLog NONE = new ImportLog() {
        @Override
        public CompletableFuture<Long> known() {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public CompletableFuture<Manifest> read(long number) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("there is no import " + number));
        }

        @Override
        public CompletableFuture<Boolean> append(Manifest manifest) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing can be imported here"));
        }
    };

    /** The number of the last manifest; 0 if there is none. */
    CompletableFuture<Long> known();

    /** Completes exceptionally if there is no such manifest, or it cannot be read. */
    CompletableFuture<Manifest> read(long number);

    /** Reads manifests one after the other, both ends inclusive; none if {@code last} is before {@code first}. */
    default CompletableFuture<Void> each(long first, long last, Function<Manifest, CompletableFuture<Void>> visitor) {
        AtomicLong next = new AtomicLong(first);
        return Loop.whileTrue(() -> next.get() > last
                ? CompletableFuture.completedFuture(false)
                : read(next.getAndIncrement()).thenCompose(visitor).thenApply(done -> true));
    }

    /**
     * Stores a manifest under its number, unless the number is taken.
     *
     * @return true if it is stored, now or by an earlier attempt; false if another one has the number; completes
     *     exceptionally if that is not certain: it may still be stored later
     */
    CompletableFuture<Boolean> append(Manifest manifest);

    /** What to do with rows that have one event id. */
    enum SameId {
        /** Such an import is not begun (rule I5). */
        REFUSE,
        /** The first in the part's order stays. */
        DROP
    }

    /**
     * One import.
     *
     * @param number from 1
     * @param timeMillis the import's time, milliseconds since the epoch: then its rows became known (rule I3)
     * @param source as in the catalog
     * @param streamArn of the source's stream, of which the import's lanes are
     * @param seam not after the import's time
     * @param map how a row becomes an event: the canonical text of the map file
     * @param parts those that have rows, in increasing index; not empty
     */
    record Manifest(
            long number,
            long timeMillis,
            String source,
            String streamArn,
            Seam seam,
            List<File> files,
            String map,
            SameId sameId,
            List<Part> parts) {

        public Manifest {
            files = List.copyOf(files);
            parts = parts.stream().sorted(Comparator.comparingInt(Part::index)).toList();
            if (number < 1 || timeMillis < 0 || source.isBlank() || streamArn.isBlank()) {
                throw new IllegalArgumentException("import " + number + " at " + timeMillis + " into source '" + source
                        + "' of stream '" + streamArn + "'");
            }
            if (seam.untilMillis() > timeMillis) {
                throw new IllegalArgumentException("import " + number + " at " + timeMillis + " is before its seam at "
                        + seam.untilMillis() + ": no export can reach it yet");
            }
            if (parts.isEmpty() || parts.stream().map(Part::index).distinct().count() != parts.size()) {
                throw new IllegalArgumentException("import " + number + " of the parts " + parts);
            }
        }

        /** The lane whose records are a part's rows. */
        public Lane lane(Part part) {
            return Lane.ofImport(streamArn, timeMillis, number, part.index());
        }

        /** The rows of all parts. */
        public long rows() {
            return parts.stream().mapToLong(Part::rows).sum();
        }

        /** When a row arrived, as far as anybody can say. */
        public long arrivalMillis(long eventTimeMillis) {
            return eventTimeMillis + seam.arrivalDelayMillis();
        }

        /**
         * SHA-256 of what the import's rows are and where they go, in hexadecimal digits: two manifests of the same import have
         * the same, so a run that was killed finds the manifest that it goes on with. Whatever the files' names are, and
         * wherever the seam has moved: on which side of it a row is, its fold decides.
         */
        public String digest() {
            StringBuilder text = new StringBuilder();
            texts(text, source, streamArn, map, sameId.name());
            text.append(seam.arrivalDelayMillis()).append('\n');
            files.stream().map(File::sha256).sorted().forEach(file -> texts(text, file));
            parts.forEach(part -> text.append(part.index())
                    .append(' ')
                    .append(part.rows())
                    .append(' ')
                    .append(part.sha256())
                    .append('\n'));
            return Sha256.hex(text.toString());
        }

        /** With their lengths, so that no two lists look the same. */
        private static void texts(StringBuilder text, String... all) {
            for (String one : all) {
                text.append(one.length()).append(':').append(one).append('\n');
            }
        }
    }

    /**
     * A file that was read.
     *
     * @param name its path or URI
     * @param sha256 of its bytes, in hexadecimal digits
     */
    record File(String name, long bytes, String sha256) {

        public File {
            if (name.isEmpty() || bytes < 0) {
                throw new IllegalArgumentException("file '" + name + "' of " + bytes + " bytes");
            }
        }
    }

    /**
     * The rows of some entities, sorted by event time and then by their bytes, and numbered from 1: the number is the
     * row's position.
     *
     * @param index from 0
     * @param rows at least 1
     * @param sha256 of the rows in that order, each a canonical JSON event ended by a line feed, in hexadecimal digits
     */
    record Part(int index, long rows, String sha256) {

        public Part {
            if (index < 0 || rows < 1) {
                throw new IllegalArgumentException("part " + index + " of " + rows + " rows");
            }
        }

        /** The position of a row. */
        public static Position position(long row) {
            return new Position(Long.toString(row), 0);
        }

        /** The position of the last row. */
        public Position end() {
            return position(rows);
        }
    }
}
