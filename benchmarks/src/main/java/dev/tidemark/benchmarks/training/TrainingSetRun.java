package dev.tidemark.benchmarks.training;

import com.sun.management.OperatingSystemMXBean;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.local.store.S3Store;
import dev.tidemark.training.Progress;
import dev.tidemark.training.TrainingSetJob;
import dev.tidemark.training.TrainingSetRequest;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * A training set over a generated archive, through the S3 stand-in of the local run in the same process: {@code
 * TrainingSetRun FOLDER EVENTS ROWS THREADS}. The archive is made on the first run and used again.
 */
public final class TrainingSetRun {

    private static final String BUCKET = "bench";
    private static final int LANES = 4;
    private static final int SEGMENT_RECORDS = 20_000;
    private static final int USERS = 50_000;

    /** From event to arrival. */
    private static final int DELAY_MILLIS = 2_000;

    private TrainingSetRun() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int events = Integer.parseInt(arguments[1]);
        int rows = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        boolean isNew = !Files.exists(folder.resolve("s3/" + BUCKET));
        Files.createDirectories(folder.resolve("s3/" + BUCKET));
        try (S3Store store = S3Store.start(0, folder.resolve("s3"));
                AwsClients clients = AwsClients.of(
                        Map.of("AWS_ENDPOINT_URL_S3", store.endpoint().toString(), "AWS_REGION", "us-east-1"),
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))) {
            S3Archive archive = new S3Archive(clients.s3(), BUCKET, Backoff.system());
            if (isNew) {
                archive(archive, events);
            }
            S3RedriveLog redrives = new S3RedriveLog(clients.s3(), BUCKET, Backoff.system());
            run(
                    folder,
                    events,
                    rows,
                    threads,
                    new HistoryPorts(
                            archive,
                            redrives,
                            new S3Checkpoints(clients.s3(), BUCKET, Backoff.system()),
                            // Nobody has folded this archive, so nobody can say how much it should hold.
                            ControlStore.EMPTY));
        }
    }

    private static void archive(S3Archive archive, int events) {
        SampleEvents.Source source = new SampleEvents.Source();
        Random random = new Random(1);
        List<List<RawRecord>> waiting = new ArrayList<>();
        long[] counts = new long[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            waiting.add(new ArrayList<>());
        }
        for (int i = 0; i < events; i++) {
            int lane = random.nextInt(LANES);
            byte[] event = source.next();
            waiting.get(lane)
                    .add(new RawRecord(
                            position(counts[lane] + waiting.get(lane).size()),
                            SampleEvents.START_MILLIS + DELAY_MILLIS + i,
                            "k",
                            event));
            if (waiting.get(lane).size() == SEGMENT_RECORDS) {
                append(archive, lane, counts, waiting);
            }
        }
        for (int lane = 0; lane < LANES; lane++) {
            append(archive, lane, counts, waiting);
        }
    }

    private static void append(S3Archive archive, int lane, long[] counts, List<List<RawRecord>> waiting) {
        Position last = counts[lane] == 0 ? Position.ORIGIN : position(counts[lane] - 1);
        Lane of = new Lane(
                "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events",
                1_700_000_000_000L,
                String.format("shardId-%012d", lane));
        List<RawRecord> records = List.copyOf(waiting.get(lane));
        archive.append(new Archive.Segment(of, last, counts[lane], records)).join();
        counts[lane] += records.size();
        waiting.get(lane).clear();
    }

    private static Position position(long number) {
        return new Position("4959033827149025660855969253836157109592157598" + (1_000_000_000 + number), 0);
    }

    private static void run(Path folder, int events, int rows, int threads, HistoryPorts sources) throws IOException {
        Path spine = spine(folder.resolve("spine.csv"), events, rows);
        Path out = Files.createTempDirectory(folder, "set");
        TrainingSetRequest request = new TrainingSetRequest(
                spine,
                null,
                out,
                List.of(BenchmarkView.catalog()),
                List.of(),
                List.of(),
                null,
                Knowledge.SERVED,
                WindowEnd.LIVE,
                EnumSet.of(Format.PARQUET),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
        PrintStream console = System.out;
        Stages stages = new Stages(console);
        new TrainingSetJob(
                        request,
                        sources,
                        stages,
                        System::currentTimeMillis,
                        threads,
                        Runtime.getRuntime().maxMemory())
                .run();
        stages.end();
        console.println(Files.size(out.resolve("training-set.parquet")) + " bytes of Parquet");
    }

    private static Path spine(Path file, int events, int rows) throws IOException {
        Random random = new Random(2);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("user_id,timestamp,label\n");
            for (int i = 0; i < rows; i++) {
                long at = SampleEvents.START_MILLIS + DELAY_MILLIS + random.nextInt(events);
                out.write("u" + random.nextInt(USERS) + "," + Instant.ofEpochMilli(at) + "," + i % 2 + "\n");
            }
        }
        return file;
    }

    /** Prints wall and processor time of each stage. */
    private static final class Stages implements Progress {

        private final PrintStream console;
        private final OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private String name = "start";
        private long wallNanos = System.nanoTime();
        private long cpuNanos = system.getProcessCpuTime();

        Stages(PrintStream console) {
            this.console = console;
        }

        @Override
        public synchronized void stage(Stage stage, long total) {
            end();
            name = stage.text();
        }

        @Override
        public void advance(long by) {}

        synchronized void end() {
            long wall = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            console.printf(
                    "%-28s %7.1f s, %7.1f s of processor time%n",
                    name, (wall - wallNanos) / 1e9, (cpu - cpuNanos) / 1e9);
            wallNanos = wall;
            cpuNanos = cpu;
        }
    }
}
