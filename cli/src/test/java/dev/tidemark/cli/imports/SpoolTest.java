package dev.tidemark.cli.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.change.ImportRows;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final int DELAY_MILLIS = 2_000;
    private static final long SEED = 18;

    @TempDir
    private Path folder;

    private Spool spool(String name, int rowsOfAPart) throws IOException {
        return new Spool(Files.createDirectory(folder.resolve(name)), DELAY_MILLIS, rowsOfAPart);
    }

    private static MappedRow row(long millis, String key, String event) {
        return new MappedRow("row", millis, key, event.getBytes(UTF_8));
    }

    private static List<MappedRow> rows() {
        Random random = new Random(SEED);
        List<MappedRow> rows = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String key = "user " + random.nextInt(60);
            rows.add(row(random.nextInt(50), key, "{\"u\":\"" + key + "\",\"n\":" + random.nextInt(9) + "}"));
        }
        return rows;
    }

    private static List<RawRecord> read(Spool spool, Part part) {
        List<RawRecord> all = new ArrayList<>();
        try (ImportRows.Cursor cursor = spool.open(part.index())) {
            for (List<RawRecord> some = cursor.next(7).join();
                    !some.isEmpty();
                    some = cursor.next(7).join()) {
                assertThat(some).hasSizeLessThanOrEqualTo(7);
                all.addAll(some);
            }
        }
        return all;
    }

    @Test
    void partsAreAFunctionOfTheSetOfRows() throws IOException {
        List<MappedRow> rows = rows();
        List<List<Part>> found = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            try (Spool spool = spool("run" + run, 300)) {
                rows.forEach(spool::add);
                found.add(spool.parts((millis, event) -> true));
                assertThat(spool.rows()).isEqualTo(rows.size());
                assertThat(spool.bytes())
                        .isEqualTo(rows.stream()
                                .mapToLong(row -> row.event().length)
                                .sum());
            }
            Collections.shuffle(rows, new Random(SEED + run));
        }

        assertThat(found.get(0)).hasSize(4);
        assertThat(found).containsOnly(found.get(0));
    }

    @Test
    void aPartIsInTheOrderOfTimesThenOfBytesAndAnEntityIsInOneOfThem() throws IOException {
        Map<String, Integer> partOf = new HashMap<>();
        try (Spool spool = spool("spool", 300)) {
            rows().forEach(spool::add);
            for (Part part : spool.parts((millis, event) -> true)) {
                List<RawRecord> records = read(spool, part);
                assertThat(records).hasSize((int) part.rows());
                String before = "";
                for (int i = 0; i < records.size(); i++) {
                    RawRecord record = records.get(i);
                    assertThat(record.position()).isEqualTo(Part.position(i + 1));
                    String order =
                            (1_000_000 + record.arrivalMillis() - DELAY_MILLIS) + new String(record.data(), UTF_8);
                    assertThat(order).isGreaterThanOrEqualTo(before);
                    before = order;
                    assertThat(partOf.merge(record.partitionKey(), part.index(), (one, other) -> one))
                            .isEqualTo(part.index());
                }
            }
        }
        assertThat(partOf).hasSize(60);
        assertThat(folder.resolve("spool")).doesNotExist();
    }

    @Test
    void whatIsDroppedIsInNoPart() throws IOException {
        try (Spool spool = spool("spool", 300)) {
            spool.add(row(1, "ann", "{\"n\":1}"));
            spool.add(row(2, "ann", "{\"n\":2}"));

            assertThat(spool.parts((millis, event) -> millis == 2))
                    .singleElement()
                    .satisfies(part -> {
                        assertThat(part.rows()).isEqualTo(1);
                        assertThat(read(spool, part).get(0).data()).asString().isEqualTo("{\"n\":2}");
                    });
            assertThat(spool.rows()).isEqualTo(1);
            assertThat(spool.dropped()).isEqualTo(1);
        }
    }

    /** Its files lie on a device that is always full. */
    @Test
    void aFullDiskIsSaidAndNothingStays() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "only Linux has a device that is always full");
        Path place = Files.createDirectory(folder.resolve("full"));
        for (int bucket = 0; bucket < 256; bucket++) {
            Files.createSymbolicLink(place.resolve("bucket-" + bucket), full);
        }
        try (Spool spool = new Spool(place, DELAY_MILLIS, 300)) {
            assertThatThrownBy(() -> {
                        rows().forEach(spool::add);
                        spool.parts((millis, event) -> true);
                    })
                    .isInstanceOf(Failure.class)
                    .hasMessageContainingAll(
                            "the rows do not fit into " + place,
                            "make room, or name a folder on another disk with --work-dir; nothing was imported");
        }
        assertThat(place).doesNotExist();
    }
}
