package dev.tidemark.cli.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Reshard;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * On the local run: a checkpoint while events come, a reshard and more events, a restore, every item compared; then the
 * restored state goes live on a mapping of its own from TRIM_HORIZON, and every value is the oracle's.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RestoreTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final int PART = 250;

    @TempDir
    private Path folder;

    private int port;

    @BeforeEach
    void choosePorts() throws IOException {
        port = FreePorts.fourInARow();
    }

    @Test
    void whatIsRestoredEqualsTheLiveStateAndGoesOn() throws Exception {
        List<SampleEvent> events = ShopEvents.recent(Sample.SHOP.events().subList(0, 4 * PART), 600_000);
        try (RunningCommand system = start("--shards", "2");
                AwsClients clients = clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            ShopEvents.put(system.kinesis(), events.subList(0, PART));
            CompletableFuture<Void> putting =
                    CompletableFuture.runAsync(() -> ShopEvents.put(system.kinesis(), events.subList(PART, 2 * PART)));
            String created = out(tidemark("checkpoint", "create", "--segments", "4", "--buckets", "3"));
            putting.join();
            Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
            ShopEvents.put(system.kinesis(), events.subList(2 * PART, 3 * PART));
            witness.awaitDone(3 * PART);

            String id = created.lines().findFirst().orElseThrow().substring("checkpoint ".length());
            assertThat(out(tidemark("checkpoint", "list"))).contains(id);
            assertThat(out(tidemark("checkpoint", "verify"))).contains("1 checkpoint verified, all whole");
            assertThat(out(tidemark("restore", "--to", "g2"))).contains("Generation g2 is live");
            assertThat(out(tidemark("restore", "--to", "g2"))).as("again").contains("Generation g2 is live");
            assertThat(tidemark("restore", "--to", "g1").err()).contains("generation g1 is the one that runs");
            assertThat(tidemark("restore", "--to", "g2", "--at", "20260101T000000Z-0000")
                            .exitCode())
                    .isEqualTo(1);
            assertThat(items(clients, "g2-state")).isEqualTo(items(clients, "tidemark-state"));
        }
        try (RunningCommand system = start("--generation", "g2");
                AwsClients clients = clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            assertThat(witness.recordsDone()).isEqualTo(3 * PART);
            assertThat(tidemark("restore", "--to", "g2").err()).contains("generation g2 is the one that runs");
            ShopEvents.put(system.kinesis(), events.subList(3 * PART, 4 * PART));
            witness.awaitDone(4 * PART);

            Oracle oracle = new Oracle(Sample.SHOP.catalog(), witness.records(STREAM), witness.descents(STREAM));
            assertThat(witness.compareAll(oracle)).as("values compared").isGreaterThan(1_000);
            witness.compareCounts(oracle);
        }
    }

    @Test
    void aGenerationThatNobodyRestoredDoesNotBegin() {
        Command run = Command.run("run", "--generation", "g7", "--no-samples", "--port", Integer.toString(port));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("there is no live generation 'g7'");
    }

    private RunningCommand start(String... options) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of("--no-samples", "--data-dir", folder.toString()));
        all.addAll(List.of(options));
        return RunningCommand.start(port, all);
    }

    private AwsClients clients() {
        Map<String, String> environment = Map.of(
                "AWS_REGION", Streams.REGION,
                "AWS_ENDPOINT_URL_KINESIS", "http://127.0.0.1:" + (port + 1),
                "AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:" + (port + 2));
        return AwsClients.of(
                environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    /** Every item as text, with mark, expiry and bytes. */
    private static Map<String, String> items(AwsClients clients, String table) {
        StateScan scan = new DynamoStateScan(clients.dynamoDb(), table, CapacityMeter.NONE);
        Map<String, String> items = new TreeMap<>();
        ItemKey after = null;
        do {
            StateScan.Page page = scan.scan(0, 1, after).join();
            for (Found found : page.items()) {
                items.put(
                        found.key().partitionKey() + " " + found.key().sortKey(),
                        found.item().mark().text() + " " + found.item().expiresAtSeconds() + " "
                                + HexFormat.of().formatHex(found.item().body()));
            }
            after = page.next();
        } while (after != null);
        assertThat(items).isNotEmpty();
        return items;
    }

    private Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }

    private static String out(Command command) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }
}
