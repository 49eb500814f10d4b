package dev.tidemark.cli.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs the command that trains a model: without a shell, in the catalog's folder, at most one at a time. It ends with this process,
 * or, if that was killed, before the next one is started.
 */
final class StepCommand {

    private static final long LOOK_SECONDS = 2;
    private static final long PATIENCE_SECONDS = 10;

    private final List<String> command;
    private final Path directory;
    private final Path pid;

    /**
     * @param command a program and its arguments
     * @param directory where it runs
     * @param pid a file that says which process it is
     */
    StepCommand(List<String> command, Path directory, Path pid) {
        this.command = command;
        this.directory = directory;
        this.pid = pid;
    }

    /** As one would write it. */
    String text() {
        return String.join(" ", command);
    }

    /**
     * Runs it to its end.
     *
     * @param line takes what it says, line by line
     * @param isWanted asked every few seconds; once it is not, the command is stopped
     * @return what went wrong; empty if it ended with exit code 0, or is not wanted any more
     * @throws InterruptedException after it was stopped, because this thread was interrupted
     */
    Optional<String> run(Map<String, String> environment, Consumer<String> line, BooleanSupplier isWanted)
            throws InterruptedException {
        stopFormer();
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
            Files.writeString(pid, process.pid() + " " + startMillis(process.toHandle()));
        } catch (IOException e) {
            return Optional.of("`" + text() + "` cannot be started in " + directory + ": " + e.getMessage());
        }
        Thread reader = new Thread(() -> read(process, line), "training-output");
        reader.setDaemon(true);
        reader.start();
        try {
            while (!process.waitFor(LOOK_SECONDS, TimeUnit.SECONDS)) {
                if (!isWanted.getAsBoolean()) {
                    return Optional.empty();
                }
            }
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("`" + text() + "` ended with exit code " + process.exitValue());
        } finally {
            stop(process.toHandle());
            remove();
        }
    }

    private static void read(Process process, Consumer<String> line) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                line.accept(next);
            }
        } catch (IOException e) {
            line.accept("nothing more is read of what it says: " + e.getMessage());
        }
    }

    /** A process that was killed could not stop its command. */
    private void stopFormer() throws InterruptedException {
        String[] known;
        try {
            known = Files.readString(pid).split(" ");
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + pid, e);
        }
        Optional<ProcessHandle> former =
                known.length == 2 ? ProcessHandle.of(Long.parseLong(known[0])) : Optional.empty();
        if (former.isPresent() && startMillis(former.get()).equals(known[1])) {
            stop(former.get());
        }
        remove();
    }

    /** Tells a process from another one that got its id. */
    private static String startMillis(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> "" + start.toEpochMilli())
                .orElse("unknown");
    }

    private void remove() {
        try {
            Files.deleteIfExists(pid);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + pid, e);
        }
    }

    /** With all that it has started. */
    private static void stop(ProcessHandle process) {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        all.forEach(ProcessHandle::destroy);
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                one.destroyForcibly();
            } catch (ExecutionException | TimeoutException e) {
                one.destroyForcibly();
            }
        }
    }
}
