package dev.tidemark.cli.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;

/** The archive of a local run is verified and compacted by the commands. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ArchiveTest {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final long START_MILLIS = 480_000 * HOUR_MILLIS;

    private static int port;
    private static RunningCommand system;
    private static AwsClients clients;
    private static AwsClients s3;
    private static S3Archive archive;

    @BeforeAll
    static void start() throws Exception {
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--no-samples", "--shards", "2"));
        clients = KinesisEndpoint.at(system.kinesis()).clients();
        s3 = AwsClients.of(
                Map.of("AWS_REGION", "us-east-1", "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + (port + 3)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
        archive = new S3Archive(s3.s3(), TidemarkApplication.BUCKET, Backoff.system());
    }

    @AfterAll
    static void stop() {
        clients.close();
        s3.close();
        system.close();
    }

    @Test
    void whatWasFoldedIsInTheArchive() throws Exception {
        List<SampleEvent> events = ShopEvents.recent(Sample.SHOP.events().subList(0, 300), 600_000);
        ShopEvents.put(system.kinesis(), events);
        new Witness(system.api(), clients.kinesis()).awaitDone(events.size());

        Command verified = tidemark("archive", "verify");

        assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
        assertThat(verified.out()).contains("300 records read in 2 lanes, all there");
        List<SegmentRef> refs = refs(Sample.SHOP.stream());
        s3.s3()
                .deleteObject(request -> request.bucket(TidemarkApplication.BUCKET)
                        .key(refs.get(refs.size() - 1).key()))
                .join();
        Command damaged = tidemark("archive", "verify");
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.out())
                .contains(
                        "GAP: The archive of lane " + refs.get(refs.size() - 1).laneId() + " lacks ")
                .contains("as the row of lane")
                .contains("bring the object back");
    }

    @Test
    void finishedHoursAreCompacted() {
        append("many", 90);

        assertThat(tidemark("archive", "compact", "--stream", "many", "--dry-run")
                        .out())
                .contains("2024-10-04T00:00:00Z  lane ")
                .contains("Would merge 90 segments of stream many into at least 2");
        assertThat(refs("many")).hasSize(90);
        assertThat(verify("many")).contains("90 records read in 1 lane, all there");
        assertThat(tidemark("archive", "compact", "--stream", "many").out())
                .contains("Merged 89 segments of stream many into 2");
        assertThat(refs("many")).hasSize(3);
        assertThat(verify("many")).contains("90 records read in 1 lane, all there");
        assertThat(tidemark("archive", "verify", "--stream", "many", "--from", "2024-10-04T01:00:00Z")
                        .out())
                .contains("all there");
    }

    @Test
    void everyDamageIsNamed() {
        append("bad", 30);
        List<SegmentRef> refs = refs("bad");
        SegmentRef lost = refs.get(3);
        SegmentRef cut = refs.get(10);
        SegmentRef swapped = refs.get(20);
        s3.s3()
                .deleteObject(
                        request -> request.bucket(TidemarkApplication.BUCKET).key(lost.key()))
                .join();
        put(cut.key(), new byte[40]);
        put(swapped.key(), read(refs.get(21).key()));
        put("archive/bad/2024/10/04/00/notes.txt", new byte[3]);

        Command verified = tidemark("archive", "verify", "--stream", "bad");

        assertThat(verified.exitCode()).isEqualTo(1);
        assertThat(verified.out())
                .contains("GAP: ", "lacks 1 records after position '12:0' up to '13:0'")
                .contains("UNREADABLE: " + cut.key())
                .contains("MISPLACED: " + swapped.key())
                .contains("Note: archive/bad/2024/10/04/00/notes.txt is no segment")
                .contains("27 records read in 1 lane, 5 damages");
        Command compacted = tidemark("archive", "compact", "--stream", "bad");
        assertThat(compacted.exitCode()).isEqualTo(1);
        assertThat(compacted.out()).contains("UNREADABLE: " + cut.key());
        assertThat(refs("bad")).hasSize(29);
    }

    /** Segments of one record each, one a minute. */
    private static void append(String stream, int count) {
        Lane lane = new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/" + stream, 1, "shardId-000000000000");
        Position last = Position.ORIGIN;
        for (int n = 0; n < count; n++) {
            RawRecord record = new RawRecord(
                    new Position("" + (10 + n), 0), START_MILLIS + n * 60_000L, "k", new byte[] {'{', '}'});
            archive.append(new Segment(lane, last, n, List.of(record))).join();
            last = record.position();
        }
    }

    private static List<SegmentRef> refs(String stream) {
        return archive.list(stream, Long.MIN_VALUE, Long.MAX_VALUE).join().segments();
    }

    private static String verify(String stream) {
        Command verified = tidemark("archive", "verify", "--stream", stream);
        assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
        return verified.out();
    }

    private static byte[] read(String key) {
        return s3.s3()
                .getObject(
                        request -> request.bucket(TidemarkApplication.BUCKET).key(key),
                        AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
    }

    private static void put(String key, byte[] body) {
        s3.s3()
                .putObject(
                        request -> request.bucket(TidemarkApplication.BUCKET).key(key),
                        AsyncRequestBody.fromBytes(body))
                .join();
    }

    private static Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }
}
