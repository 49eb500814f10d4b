package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code tidemark run --data-dir} as a process of its own, killed with SIGKILL in the middle of its work and started again,
 * twenty times in the full build and six in the ordinary one: while records are being put, while they are folded, around a
 * split and a merge. In the end nothing that was acknowledged is lost, every record of the stream is done once, and every
 * value is the oracle's.
 */
class KillTest {

    private static final int KILLS = Boolean.getBoolean("tidemark.full") ? 20 : 6;
    private static final int SPLIT_AFTER = KILLS * 3 / 10;
    private static final int MERGE_AFTER = KILLS * 2 / 3;
    private static final int RECORDS_PER_REQUEST = 20;
    private static final String STREAM = Sample.SHOP.stream();
    private static final long SEED = Long.getLong("tidemark.seed", 42L);

    @TempDir
    private Path data;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void killedAndStartedAgainItEndsAtTheOraclesValues() throws Exception {
        Random random = new Random(SEED);
        List<SampleEvent> events = ShopEvents.recent(Sample.SHOP.events(), 600_000);
        int put = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            int next = events.size() * kill / (KILLS + 1);
            try (Child child = Child.start(data)) {
                if (random.nextBoolean()) {
                    child.put(events.subList(put, next));
                    child.awaitDoneBeyond(put + random.nextInt(next - put));
                    put = next;
                } else {
                    put += child.killWhilePutting(events.subList(put, next), random.nextInt(next - put));
                }
            }
            reshard(kill);
        }
        try (Child child = Child.start(data);
                AwsClients clients = KinesisEndpoint.at(child.kinesis()).clients()) {
            child.put(events.subList(put, events.size()));
            Witness witness = new Witness(child.api(), clients.kinesis());
            List<StreamRecord> records = witness.records(STREAM);
            assertThat(texts(records.stream().map(StreamRecord::data)))
                    .as("acknowledged records, seed " + SEED)
                    .containsAll(texts(events.stream().map(SampleEvent::bytes)));
            witness.awaitDone(records.size());

            Oracle oracle = new Oracle(Sample.SHOP.catalog(), records, witness.descents(STREAM));
            assertThat(witness.compareAll(oracle)).as("values compared").isGreaterThan(10_000);
            witness.compareCounts(oracle);
        }
    }

    private void reshard(int kill) throws IOException {
        if (kill != SPLIT_AFTER && kill != MERGE_AFTER) {
            return;
        }
        try (Child child = Child.start(data);
                AwsClients clients = KinesisEndpoint.at(child.kinesis()).clients()) {
            if (kill == SPLIT_AFTER) {
                Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
            } else {
                Reshard.mergeTheFirstTwoShards(clients.kinesis(), STREAM);
            }
        }
    }

    private static Set<String> texts(Stream<byte[]> events) {
        return events.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).collect(Collectors.toSet());
    }

    /** The run command in its own JVM; closing kills it. */
    private record Child(Process process, int port) implements AutoCloseable {

        static Child start(Path data) throws IOException {
            int port = FreePorts.fourInARow();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName(),
                            "run",
                            "--no-samples",
                            "--no-shard-limits",
                            "--data-dir",
                            data.toString(),
                            "--port",
                            Integer.toString(port))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            awaitReady(process);
            return new Child(process, port);
        }

        /** Goes on reading afterwards: a full pipe would stop the child. */
        private static void awaitReady(Process process) {
            CompletableFuture<Void> ready = new CompletableFuture<>();
            Thread reader = new Thread(() -> read(process, ready), "output of the child");
            reader.setDaemon(true);
            reader.start();
            ready.join();
        }

        private static void read(Process process, CompletableFuture<Void> ready) {
            StringBuilder said = new StringBuilder();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    said.append(line).append('\n');
                    if (line.contains("AWS_SECRET_ACCESS_KEY")) {
                        ready.complete(null);
                    }
                }
                ready.completeExceptionally(new AssertionError("the child ended before it was ready: " + said));
            } catch (IOException e) {
                ready.completeExceptionally(e);
            }
        }

        URI api() {
            return URI.create("http://127.0.0.1:" + port);
        }

        URI kinesis() {
            return URI.create("http://127.0.0.1:" + (port + 1));
        }

        void put(List<SampleEvent> events) {
            ShopEvents.put(kinesis(), events);
        }

        /**
         * Kills the process while records are being put.
         *
         * @param killAfter when that many are acknowledged
         * @return how many were; any part of one more request may be on the stream too
         */
        int killWhilePutting(List<SampleEvent> events, int killAfter) {
            AtomicInteger acknowledged = new AtomicInteger();
            CompletableFuture<Void> time = new CompletableFuture<>();
            CompletableFuture<Void> putting = CompletableFuture.runAsync(() -> putSlowly(events, to -> {
                acknowledged.set(to);
                if (to > killAfter) {
                    time.complete(null);
                }
            }));
            CompletableFuture.anyOf(time, putting).join();
            close();
            assertThat(putting.handle((ignored, failure) -> failure).join())
                    .satisfiesAnyOf(
                            failure -> assertThat(failure).isNull(),
                            failure -> assertThat(failure).hasCauseInstanceOf(Failure.class));
            return acknowledged.get();
        }

        private void putSlowly(List<SampleEvent> events, IntConsumer acknowledged) {
            try (RecordWriter writer = new RecordWriter(KinesisEndpoint.at(kinesis()), STREAM)) {
                for (int i = 0; i < events.size(); i++) {
                    writer.add(events.get(i).partitionKey(), events.get(i).bytes());
                    if ((i + 1) % RECORDS_PER_REQUEST == 0 || i + 1 == events.size()) {
                        writer.flush();
                        acknowledged.accept(i + 1);
                    }
                }
            }
        }

        void awaitDoneBeyond(int records) throws InterruptedException {
            try (AwsClients clients = KinesisEndpoint.at(kinesis()).clients()) {
                Witness witness = new Witness(api(), clients.kinesis());
                while (witness.recordsDone() < records) {
                    assertThat(process.isAlive()).isTrue();
                    Thread.sleep(20);
                }
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
