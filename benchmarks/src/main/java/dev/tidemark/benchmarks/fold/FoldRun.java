package dev.tidemark.benchmarks.fold;

import com.sun.management.OperatingSystemMXBean;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.stream.Batch;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The deployed fold without its stores: JSON reading, filter, grouping into items, tiles, item encoding, bookkeeping of
 * conditional puts and of the lane row. 4 million events of 50,000 users by Zipf's law, 67 minutes of a stream of 1,000
 * events a second: enough for the state not to fit into a processor's caches, and for tiles and blocks to be as full as
 * in service. Prints events per second of processor time, all threads of the process counted: of the first half, in
 * which the code is compiled and every item begins, and of the second.
 *
 * <p>Without arguments all that is measured, each in a process of its own with this one's JVM options: lines of the
 * table in docs/performance.md. With {@code WINDOWS BATCH_SIZE known|new} one line.
 */
public final class FoldRun {

    private static final int HALF = 2_000_000;
    private static final List<String> WINDOWS = List.of("1h", "5m,30m,1h", "5m,30m,24h", "5m,30m,24h,30d");
    private static final List<String> BATCH_SIZES = List.of("1000", "10000");
    private static final String KNOWN = "known";

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private FoldRun() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = System.out;
        if (arguments.length > 0) {
            out.println(measured(arguments[0], Integer.parseInt(arguments[1]), arguments[2]));
            return;
        }
        out.println("| windows | batch | items | first 2 million | next 2 million | items written, read per event |");
        out.println("| --- | --- | --- | --- | --- | --- |");
        for (String items : List.of(KNOWN, "new")) {
            for (String batchSize : BATCH_SIZES) {
                for (String windows : WINDOWS) {
                    inProcessOfItsOwn(windows, batchSize, items);
                }
            }
        }
    }

    private static void inProcessOfItsOwn(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("java", "-XX:+UseSerialGC", "-Xms2g", "-Xmx2g"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FoldRun.class.getName()));
        command.addAll(List.of(arguments));
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("exit code " + exit + " of " + command);
        }
    }

    private static String measured(String windows, int batchSize, String items) {
        FoldedStream stream = new FoldedStream(windows, items.equals(KNOWN));
        SampleEvents.Source source = new SampleEvents.Source();
        byte[][] events = new byte[HALF][];
        double first = millionsPerCpuSecond(stream, next(source, events), batchSize);
        double second = millionsPerCpuSecond(stream, next(source, events), batchSize);
        return String.format(
                "| %s | %,d | %s | %.2f | %.2f | %.2f, %.2f |",
                windows.replace(",", " + "),
                batchSize,
                items,
                first,
                second,
                (double) stream.itemsWritten() / stream.arrived(),
                (double) stream.itemsRead() / stream.arrived());
    }

    private static List<byte[]> next(SampleEvents.Source source, byte[][] events) {
        Arrays.setAll(events, i -> source.next());
        return Arrays.asList(events);
    }

    /** What making the batches takes is left out; in service the records come ready. */
    private static double millionsPerCpuSecond(FoldedStream stream, List<byte[]> events, int batchSize) {
        long leftOutNanos = 0;
        long startNanos = SYSTEM.getProcessCpuTime();
        for (int from = 0; from < events.size(); from += batchSize) {
            long beforeNanos = THREADS.getCurrentThreadCpuTime();
            Batch batch = stream.batch(events.subList(from, from + batchSize));
            leftOutNanos += THREADS.getCurrentThreadCpuTime() - beforeNanos;
            stream.fold(batch);
        }
        long nanos = SYSTEM.getProcessCpuTime() - startNanos - leftOutNanos;
        return events.size() * 1e3 / nanos;
    }
}
