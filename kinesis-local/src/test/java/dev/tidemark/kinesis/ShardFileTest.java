package dev.tidemark.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.kinesis.ShardFile.Entry;
import dev.tidemark.kinesis.file.DamagedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file against a list of what was appended, and against damage. */
class ShardFileTest {

    @TempDir
    private Path directory;

    private static Entry entry(SplittableRandom random, long ordinal, long arrivalMillis) {
        // Some records are larger than what lies between two marks.
        byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(3000)];
        random.nextBytes(data);
        return new Entry(ordinal, arrivalMillis, "key-ü-" + random.nextInt(100), data);
    }

    private static void assertSame(List<Entry> found, List<Entry> expected) {
        assertThat(texts(found)).isEqualTo(texts(expected));
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(ShardFileTest::text).toList();
    }

    private static String text(Entry entry) {
        return entry.ordinal() + " " + entry.arrivalMillis() + " " + entry.partitionKey() + " " + entry.data().length
                + " " + Arrays.hashCode(entry.data());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void whatIsAppendedIsReadFromAnywhereTrimmedAndReopened(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        @Nullable Path path = seed % 2 == 0 ? null : directory.resolve("shard.log");
        ShardFile file = ShardFile.create(path);
        List<Entry> model = new ArrayList<>();
        long next = 1;
        long arrivalMillis = 1000;
        try {
            for (int round = 0; round < 80; round++) {
                List<Entry> added = new ArrayList<>();
                for (int i = random.nextInt(20); i >= 0; i--) {
                    arrivalMillis += random.nextInt(3);
                    added.add(entry(random, next++, arrivalMillis));
                }
                file.append(added);
                model.addAll(added);
                if (random.nextInt(40) == 0) {
                    long first = model.get(random.nextInt(model.size())).ordinal();
                    file.dropBefore(first);
                    model.removeIf(one -> one.ordinal() < first);
                }
                if (path != null && random.nextInt(40) == 0) {
                    file.close();
                    file = ShardFile.open(path);
                }
                check(file, model, random);
            }
        } finally {
            file.close();
        }
    }

    private static void check(ShardFile file, List<Entry> model, SplittableRandom random) throws IOException {
        assertThat(file.firstOrdinal()).isEqualTo(model.get(0).ordinal());
        assertThat(file.nextOrdinal()).isEqualTo(model.get(model.size() - 1).ordinal() + 1);
        int from = random.nextInt(model.size());
        int count = Math.min(1 + random.nextInt(50), model.size() - from);
        assertSame(file.read(model.get(from).ordinal(), count, Long.MAX_VALUE), model.subList(from, from + count));
        assertSame(file.read(model.get(from).ordinal(), 50, 1), model.subList(from, from + 1));
        assertThat(file.read(file.nextOrdinal(), 50, 1)).isEmpty();
        long millis = model.get(from).arrivalMillis() + random.nextInt(2);
        long expected = model.stream()
                .filter(one -> one.arrivalMillis() >= millis)
                .mapToLong(Entry::ordinal)
                .findFirst()
                .orElse(file.nextOrdinal());
        assertThat(file.ordinalAt(millis)).isEqualTo(expected);
    }

    /** A changed byte is named. A file that was cut is a beginning of what it was, as after a kill. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void aChangedByteIsNeverTakenForATornTail(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path path = directory.resolve("shard.log");
        List<Entry> model = new ArrayList<>();
        try (ShardFile file = ShardFile.create(path)) {
            for (int i = 1; i <= 10; i++) {
                byte[] data = new byte[random.nextInt(60)];
                random.nextBytes(data);
                model.add(new Entry(i, 1000 + i, "k" + i, data));
            }
            file.append(model);
        }
        byte[] whole = Files.readAllBytes(path);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= (byte) (1 << random.nextInt(8));
            Files.write(path, changed);
            assertThatThrownBy(() -> ShardFile.open(path).close())
                    .as("byte " + i)
                    .isInstanceOf(DamagedFile.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("Bring the whole data directory back");
            Files.write(path, Arrays.copyOf(whole, i));
            try (ShardFile file = ShardFile.open(path)) {
                List<Entry> left = file.read(1, 100, Long.MAX_VALUE);
                assertSame(left, model.subList(0, left.size()));
                assertThat(Files.size(path)).isLessThanOrEqualTo(i);
            }
        }
    }

    @Test
    void aFileThatIsNotThereIsNamedAndATemporaryOneHasNoName() throws IOException {
        assertThatThrownBy(() -> ShardFile.open(directory.resolve("gone.log")))
                .isInstanceOf(DamagedFile.class)
                .hasMessageContaining("gone.log is missing");
        assertThatThrownBy(() -> ShardFile.open(directory))
                .isInstanceOf(DamagedFile.class)
                .hasMessageContaining("is a directory");
    }

    /** The device that is always full. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskTakesNothingAndSaysSo() throws IOException {
        try (ShardFile file = ShardFile.open(Path.of("/dev/full"))) {
            List<Entry> entries = List.of(new Entry(1, 1000, "k", new byte[100]));
            assertThatThrownBy(() -> file.append(entries)).hasMessageContaining("No space left");
            assertThat(file.nextOrdinal()).isEqualTo(1);
            assertThat(file.read(1, 10, 100)).isEmpty();
        }
    }
}
