package dev.tidemark.compare;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Where the results of a job end, counted by the one thread that has them, and what the job took: processor time, user
 * and system, of the whole process, from when half of the events are read until all are. So the start of the JVM and of
 * the engine are left out, most of the compiling, and the windows that are open when the file ends: what is measured is a
 * job that goes on with the state that it has.
 */
final class Measured {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private static volatile long startNanos;
    private static volatile long nanos;
    private static long results;
    private static long counted;

    private Measured() {}

    static void start() {
        startNanos = SYSTEM.getProcessCpuTime();
    }

    static void stop() {
        nanos = SYSTEM.getProcessCpuTime() - startNanos;
    }

    /** @param events that it says something new about */
    static void result(long events) {
        results++;
        counted += events;
    }

    /** @param events from start to stop */
    static void print(long events) {
        print(events, results, counted);
    }

    static void print(long events, long results, long counted) {
        System.out.printf("%.3f | %,d results, events counted %,d times%n", events * 1e3 / nanos, results, counted);
    }
}
