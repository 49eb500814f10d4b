package dev.tidemark.benchmarks.event;

import dev.tidemark.core.event.IsoTime;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Text to milliseconds, per event time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class IsoTimeBenchmark {

    private static final int TIMES = 1_000;

    private final String[] texts = new String[TIMES];
    private final byte[][] bytes = new byte[TIMES][];

    public IsoTimeBenchmark() {
        for (int i = 0; i < TIMES; i++) {
            texts[i] =
                    Instant.ofEpochMilli(1_769_853_600_000L + i * 86_399_977L).toString();
            bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void tidemark(Blackhole hole) {
        for (byte[] text : bytes) {
            hole.consume(IsoTime.parseMillis(text, 0, text.length));
        }
    }

    /** For comparison. */
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void javaTime(Blackhole hole) {
        for (String text : texts) {
            hole.consume(Instant.parse(text).toEpochMilli());
        }
    }
}
