package dev.tidemark.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds operations per second of CPU time to a benchmark ({@code -prof dev.tidemark.benchmarks.CpuProfiler}): what one
 * core does, also on a machine that other work shares. Counts all threads of the process, garbage collector and
 * compiler included.
 */
public final class CpuProfiler implements InternalProfiler {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private long startNanos;

    @Override
    public String getDescription() {
        return "Operations per second of CPU time";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        startNanos = SYSTEM.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double seconds = (SYSTEM.getProcessCpuTime() - startNanos) / 1e9;
        double operations = result.getMetadata().getAllOps();
        return List.of(new ScalarResult("per_cpu_second", operations / seconds, "ops/s", AggregationPolicy.AVG));
    }
}
