package dev.tidemark.core.store;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What happened to the training runs of each model, and which candidate became its champion: entries numbered from 1 without a
 * gap. A writer knows all earlier entries before it appends one, so each is decided from all before it. Nothing is ever changed
 * or deleted. Reads are strongly consistent.
 */
public interface TrainingLog {

    /** Nothing has happened, and nothing can be appended. */
    TrainingLog EMPTY = new TrainingLog() {
        @Override
        public CompletableFuture<Long> last(String model, long after) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public CompletableFuture<Entry> read(String model, long number) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("there is no entry " + number));
        }

        @Override
        public CompletableFuture<Boolean> append(String model, Entry entry) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing can be appended"));
        }
    };

    /**
     * The number of a model's last entry; 0 if there is none.
     *
     * @param after of an entry that is there, or 0: only later ones are looked for
     * @return completes with {@link IllegalStateException} if one in between is missing
     */
    CompletableFuture<Long> last(String model, long after);

    /** Completes exceptionally if there is no such entry, or it cannot be read. */
    CompletableFuture<Entry> read(String model, long number);

    /**
     * Stores an entry under its number, unless the number is taken.
     *
     * @return true if it is stored, now or by an earlier attempt; false if another one has the number; completes
     *     exceptionally if that is not certain: it may still be stored later
     */
    CompletableFuture<Boolean> append(String model, Entry entry);

    /** One thing that happened. */
    sealed interface Entry {

        /** From 1. */
        long number();

        /** When, milliseconds since the epoch; not before that of the entry before. */
        long timeMillis();
    }

    /** What concerns one run. */
    sealed interface OfRun extends Entry {

        /** The run's name. */
        String run();
    }

    /**
     * A run began. Who reads a log backwards need not look further back than here.
     *
     * @param modelHash of the model's definition
     * @param cut the number of the cut that it trains on
     * @param newRows how many rows came since the cut of the run before
     * @param step what trains, as a digest
     * @param cause why
     * @param causeMillis when that happened; nothing that happened before the run started starts another one after it
     * @param driver who carries the run out; nobody else may begin it again
     * @param champion at this time; null if there is none
     */
    record Started(
            long number,
            long timeMillis,
            String run,
            String modelHash,
            long cut,
            long newRows,
            String step,
            String cause,
            long causeMillis,
            String driver,
            @Nullable Champion champion)
            implements OfRun {

        public Started {
            check(number);
            if (cut < 1 || newRows < 0) {
                throw new IllegalArgumentException("run " + run + " of cut " + cut + " with " + newRows + " new rows");
            }
        }
    }

    /**
     * The run's training set is complete.
     *
     * @param manifest where its manifest is: an address or a path
     * @param sha256 of the set's file, in hexadecimal digits
     * @param rows how many it has
     * @param profile where the profile of its columns is
     */
    record SetMade(long number, long timeMillis, String run, String manifest, String sha256, long rows, String profile)
            implements OfRun {

        public SetMade {
            check(number);
        }
    }

    /**
     * The gate has judged the run's candidate. A run that does not pass is over.
     *
     * @param findings all of them, in the order of the gate
     */
    record Judged(long number, long timeMillis, String run, Candidate candidate, boolean passed, List<Finding> findings)
            implements OfRun {

        public Judged {
            check(number);
            findings = List.copyOf(findings);
        }
    }

    /**
     * The run's candidate became the champion. A run that is not watched afterwards is over.
     *
     * @param previous the number of the entry that promoted the champion before; 0 if there was none
     * @param watchedMillis for how long it is watched
     * @param reason why now
     */
    record Promoted(
            long number,
            long timeMillis,
            String run,
            Candidate candidate,
            long previous,
            long watchedMillis,
            String reason)
            implements OfRun {

        public Promoted {
            check(number);
            if (previous < 0 || previous >= number || watchedMillis < 0) {
                throw new IllegalArgumentException("entry " + number + " promotes after entry " + previous
                        + ", and is watched for " + watchedMillis + " ms");
            }
        }
    }

    /**
     * The champion gave way to the one before it. A run that is open then is over.
     *
     * @param from the run whose candidate was the champion
     * @param to the champion from now on; null if nothing was promoted before: what was served before the first promotion is
     *     to be served again
     */
    record RolledBack(
            long number,
            long timeMillis,
            String from,
            @Nullable Champion to,
            String reason) implements Entry {

        public RolledBack {
            check(number);
        }
    }

    /** The run is over. */
    record Ended(long number, long timeMillis, String run, End end, String reason) implements OfRun {

        public Ended {
            check(number);
        }
    }

    /** How a run ends. */
    enum End {
        /** A step of it did not succeed. */
        FAILED,
        /** The candidate passed the gate, but not the comparison with the champion in service. */
        REFUSED,
        /** An operator did not want to go on. */
        STOPPED,
        /** The candidate was promoted, and kept what it promised. */
        WATCHED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a training step made. The model itself is not kept, only where it is.
     *
     * @param version what predictions made with it will be called: 1 to 128 visible ASCII characters
     * @param modelHash of the definition that it was trained with
     * @param artifact where it is, an address or a path of at most 1,024 characters, none of them a control
     * @param sha256 of the artifact, 64 hexadecimal digits; null if that is not known
     */
    record Candidate(
            String version,
            String modelHash,
            String artifact,
            @Nullable String sha256) {

        private static final int MAX_ARTIFACT = 1_024;
        private static final Pattern VERSION = Pattern.compile("[!-~]{1,128}");
        private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

        /** @throws IllegalArgumentException saying which of them is not as it must be */
        public Candidate {
            if (!VERSION.matcher(version).matches()) {
                throw new IllegalArgumentException(
                        "a candidate's version is 1 to 128 visible ASCII characters, such as v9");
            }
            if (artifact.isBlank()
                    || artifact.length() > MAX_ARTIFACT
                    || artifact.codePoints().anyMatch(Candidate::isHidden)) {
                throw new IllegalArgumentException("a candidate's artifact is an address or a path of at most "
                        + MAX_ARTIFACT + " characters, without control characters");
            }
            if (sha256 != null && !SHA256.matcher(sha256).matches()) {
                throw new IllegalArgumentException("a candidate's sha256 is 64 hexadecimal digits, or left out");
            }
        }

        private static boolean isHidden(int character) {
            int type = Character.getType(character);
            return type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
        }
    }

    /** What the gate found. */
    record Finding(String name, boolean passed, String text) {}

    /**
     * The candidate that is to be used.
     *
     * @param run that made it
     * @param promotion the number of the entry that promoted it
     * @param previous the number of the entry that promoted the champion before it; 0 if there was none
     * @param number of the entry that made it the champion now: its promotion, or a rollback to it
     * @param sinceMillis when that was
     */
    record Champion(Candidate candidate, String run, long promotion, long previous, long number, long sinceMillis) {}

    private static void check(long number) {
        if (number < 1) {
            throw new IllegalArgumentException("entry " + number + " of a training log");
        }
    }
}
