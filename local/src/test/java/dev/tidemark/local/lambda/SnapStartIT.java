package dev.tidemark.local.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Lambda does around a SnapStart snapshot: it initializes the function, runs its hooks, takes the snapshot when the
 * runtime client asks for a restore, and goes on from there. Here the process waits instead of being stored, so what a
 * restore does to connections and to the clock is not shown.
 *
 * <p>{@code -Dtidemark.startups=9} measures nine starts instead of one; the table is in target/lambda/start-up.md.
 */
class SnapStartIT {

    private static final int STARTS = Integer.getInteger("tidemark.startups", 1);

    @TempDir
    private static Path unpacked;

    @TempDir
    private Path directory;

    @BeforeAll
    static void unpack() throws IOException {
        TaskRoot.assumeThatTheRuntimeClientRunsHere();
        TaskRoot.unpack(unpacked);
    }

    @Test
    void primedFunctionsHaveWrittenNothingBeforeTheirSnapshotAndHaveFewClassesLeftToLoad() throws Exception {
        List<String> table = new ArrayList<>();
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory)) {
            List<StreamRecord> records = new ArrayList<>();
            Supplier<String> batch = () -> {
                records.add(DeployedFunctionsIT.view("buyer-1", records.size()));
                return Payloads.kinesis(backEnds.streamArn(), records.subList(records.size() - 1, records.size()));
            };
            StartUp ingest = compare(backEnds, "IngestFunction", batch, List.of(), table);
            assertThat(Answers.read(ingest.answer()).path("batchItemFailures")).isEmpty();

            String question = Payloads.get("/v1/views/viewer/entities/buyer-1", Map.of());
            // It really asks for control and lane rows once, which loads the client of DynamoDB; it writes nothing.
            List<String> reads = List.of("credentials", "dynamodb GetItem", "dynamodb Query");
            StartUp query = compare(backEnds, "QueryFunction", () -> question, reads, table);
            assertRight(query.answer(), new Oracle(Sample.SHOP.catalog(), records));
        }
        report(table);
    }

    /** Measures both, and checks what the primed function did before its snapshot. */
    private static StartUp compare(
            BackEnds backEnds,
            String function,
            Supplier<String> payload,
            List<String> callsOfPriming,
            List<String> table)
            throws IOException {
        List<StartUp> unprimed = new ArrayList<>();
        List<StartUp> primed = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            unprimed.add(StartUp.unprimed(backEnds, function, payload.get()));
            backEnds.journal().clear();
            primed.add(StartUp.primed(backEnds, function, payload.get()));
            // Reads that go out at once arrive in any order.
            assertThat(backEnds.journal().before(RuntimeApi.RESTORE_NEXT))
                    .containsExactlyInAnyOrderElementsOf(callsOfPriming);
        }
        StartUp cold = StartUp.median(unprimed);
        StartUp warm = StartUp.median(primed);
        assertThat(warm.answerClasses()).as("classes left to load").isLessThan(cold.answerClasses() / 3);
        table.add(StartUp.row(function, cold, warm));
        return warm;
    }

    private static void assertRight(String answer, Oracle oracle) {
        var body = Answers.read(Answers.read(answer).path("body").asText());
        long atMillis = Instant.parse(body.path("at").asText()).toEpochMilli();
        assertThat(Answers.differences(oracle.answer("viewer", "buyer-1", atMillis), body.path("features")))
                .isEmpty();
    }

    /** They run by schedule, for minutes: what a restore takes longer is not worth a hook. */
    @Test
    void scheduledFunctionsHaveNoHookAndTouchNothingBeforeTheirSnapshot() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory)) {
            for (String function :
                    List.of("CheckpointFunction", "CompactFunction", "AuditFunction", "MonitorFunction")) {
                backEnds.journal().clear();
                try (Sandbox sandbox = backEnds.startForSnapshot(function).initialized()) {
                    assertThat(backEnds.journal().entries()).containsExactly(RuntimeApi.RESTORE_NEXT);
                    assertThat(sandbox.loadedClasses()).doesNotContain("dev.tidemark.functions.Priming");
                    sandbox.restore();
                    assertThat(Answers.read(sandbox.invoke("{}")).path("done").asBoolean(true))
                            .isTrue();
                }
            }
        }
    }

    private static void report(List<String> rows) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| | start of the process | first answer, not primed | restored: first answer | of a start |");
        lines.add("| --- | --- | --- | --- | --- |");
        lines.addAll(rows);
        lines.forEach(System.out::println);
        Files.write(TaskRoot.work().resolve("start-up.md"), lines);
    }
}
