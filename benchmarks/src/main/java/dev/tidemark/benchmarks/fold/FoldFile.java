package dev.tidemark.benchmarks.fold;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Folds a file of sample events in batches of 1,000, each onto what was folded before: {@code FoldFile FILE EVENTS
 * WINDOWS}. The Tidemark in what benchmarks/compare sets side by side, and measured like the others: millions of events
 * per second of processor time, of the whole process from the middle of the file on.
 */
public final class FoldFile {

    private static final int BATCH = 1_000;
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private FoldFile() {}

    public static void main(String[] arguments) throws IOException {
        long half = Long.parseLong(arguments[1]) / 2;
        FoldedStream stream = new FoldedStream(arguments[2], true);
        long nanos;
        try (BufferedReader lines = Files.newBufferedReader(Path.of(arguments[0]))) {
            fold(lines, half, stream);
            long startNanos = SYSTEM.getProcessCpuTime();
            fold(lines, half, stream);
            nanos = SYSTEM.getProcessCpuTime() - startNanos;
        }
        PrintStream out = System.out;
        out.printf(
                "%.3f | %,d items written, %,d events folded%n",
                half * 1e3 / nanos, stream.itemsWritten(), stream.arrived());
    }

    private static void fold(BufferedReader lines, long count, FoldedStream stream) throws IOException {
        for (long from = 0; from < count; from += BATCH) {
            List<byte[]> events = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                events.add(lines.readLine().getBytes(StandardCharsets.UTF_8));
            }
            stream.fold(stream.batch(events));
        }
    }
}
