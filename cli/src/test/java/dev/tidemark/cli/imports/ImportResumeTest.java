package dev.tidemark.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.catalog.CatalogFile;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.SameId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Imports that meet a kill, and a change of views that moves the seam. */
class ImportResumeTest {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: ts, event_id: id, history: {until: %s}}
            views:
              buyer:
                source: shop
                entity: user
                features:
                  spent: {function: sum, input: price, windows: [lifetime]}
            """;

    private final Instant seam = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(2, ChronoUnit.HOURS);

    @TempDir
    private Path folder;

    private int port;

    /** Archives an import and gives its lanes rows, and folds nothing. */
    @CommandLine.Command
    private static final class Half extends DeploymentCommand {

        private final Path catalog;
        private final Path work;
        private final Seam seam;
        private final String event;

        Half(Path catalog, Path work, Seam seam, String event) {
            this.catalog = catalog;
            this.work = work;
            this.seam = seam;
            this.event = event;
        }

        @Override
        public Integer call() throws IOException {
            Catalogs catalogs = Catalogs.of(CatalogFile.compile(catalog));
            try (Stores stores = deployment.open();
                    Spool spool = new Spool(Files.createDirectory(work.resolve("spool")), 0, 10)) {
                spool.add(
                        new MappedRow("here:1", seam.untilMillis() - 1, "ann", event.getBytes(StandardCharsets.UTF_8)));
                Manifest manifest = new Manifest(
                        1,
                        System.currentTimeMillis(),
                        "shop",
                        stores.streamArn("shop"),
                        seam,
                        List.of(new File("lost.jsonl", 1, "00")),
                        "",
                        SameId.REFUSE,
                        spool.parts((millis, row) -> true));
                stores.await(stores.importLog().append(manifest));
                Importing.run(
                        Importing.importer(catalogs, stores, task -> {
                            throw new RejectedExecutionException("killed");
                        }),
                        manifest,
                        spool,
                        stores,
                        ProgressLine.on(out()));
            }
            return 0;
        }
    }

    @Test
    void whatIsArchivedIsFinishedWithoutItsFilesWhereverTheSeamIs() throws Exception {
        port = FreePorts.fourInARow();
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), CATALOG.formatted(seam));
        String moved = CATALOG.formatted(seam.minus(1, ChronoUnit.HOURS));
        Path next = Files.writeString(folder.resolve("next.yaml"), moved);
        Path rows = Files.writeString(folder.resolve("rows.jsonl"), event("e1", seam.minusSeconds(7_200)) + "\n");
        try (RunningCommand system = RunningCommand.start(
                port, List.of("--no-samples", "--catalog", catalog.toString(), "--next", next.toString()))) {
            assertThat(new CommandLine(new Half(
                                    catalog,
                                    folder,
                                    new Seam(seam.toEpochMilli(), 0),
                                    event("e0", seam.minusMillis(1))))
                            .execute("--port", Integer.toString(port)))
                    .as("of %s", system)
                    .isNotZero();
            assertThat(tidemark("import", "status").out())
                    .contains("0 of 1 part folded; finish it with `tidemark import resume`, which needs no files");
            assertThat(imported(rows).err())
                    .contains(
                            "import 1 of source 'shop' was begun and is not done: finish it with", "and then this one");

            assertThat(tidemark("backfill", "start", "--next", next.toString()).exitCode())
                    .isZero();
            assertThat(tidemark("import", "resume").err())
                    .contains("views are being changed at", "name the other catalog of the change too, with --next");
            Command resumed = tidemark("import", "resume", "--next", next.toString());
            assertThat(resumed.out()).as(resumed.err()).contains("Import 1 is done: 1 row, ");
            assertThat(tidemark("import", "resume", "--next", next.toString()).out())
                    .isEqualTo("No import was interrupted.\n");
            assertThat(imported(rows).err()).contains("views are being changed at");
            assertThat(imported(rows, "--next", next.toString()).out()).contains("Import 2 is done: 1 row, ");
            assertThat(tidemark("get", "buyer", "ann").out())
                    .as("both happened before the seam")
                    .contains("\"spent_lifetime\" : 3\n");

            for (String step : List.of("run", "flip", "finish")) {
                Command done = tidemark("backfill", step, "--next", next.toString());
                assertThat(done.exitCode()).as(done.out() + done.err()).isZero();
            }
            String before = "{\n  \"spent_lifetime\" : 3\n}\n";
            long untilNanos = System.nanoTime() + 60_000_000_000L;
            String now = tidemark("get", "buyer", "ann").out();
            // The query function asks only now and then what is served.
            while (now.equals(before) && System.nanoTime() < untilNanos) {
                Thread.sleep(200);
                now = tidemark("get", "buyer", "ann").out();
            }
            assertThat(now).as("one happened after the seam that was moved").contains("\"spent_lifetime\" : 1.5\n");
        }
    }

    private static String event(String id, Instant time) {
        return "{\"id\":\"" + id + "\",\"price\":1.5,\"ts\":\"" + time + "\",\"user\":\"ann\"}";
    }

    private Command imported(Path rows, String... more) {
        return tidemark(Stream.concat(
                        Stream.of("import", "run", "--source", "shop", "--files", rows.toString(), "--yes"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }
}
