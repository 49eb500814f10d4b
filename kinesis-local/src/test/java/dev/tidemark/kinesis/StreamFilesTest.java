package dev.tidemark.kinesis;

import static dev.tidemark.kinesis.StreamsTest.record;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamFilesTest {

    private static final String SHARD = "shardId-000000000000";

    private final TestClock clock = new TestClock();

    @TempDir
    private Path directory;

    @Test
    void streamsComeBackAsTheyWere() throws IOException {
        StreamInfo before;
        List<StreamRecord> records;
        try (Streams streams = new Streams(clock, directory)) {
            streams.create("kept", 2, false, Map.of("team", "one"));
            streams.create("gone", 1);
            for (int i = 0; i < 20; i++) {
                streams.put("kept", record("key-ü-" + i, "text " + i));
            }
            streams.split("kept", SHARD, "1000");
            streams.put("kept", record("after", "the split"));
            streams.delete("gone");
            before = streams.describe("kept");
            records = all(streams, before);
        }
        try (Streams streams = new Streams(clock, directory)) {
            assertThat(streams.names()).containsExactly("kept");
            assertThat(streams.describe("kept")).isEqualTo(before);
            assertThat(streams.tags("kept")).containsEntry("team", "one");
            assertThat(all(streams, before)).usingRecursiveComparison().isEqualTo(records);
            String last = records.get(records.size() - 1).sequenceNumber();
            assertThat(streams.put("kept", record("after", "a restart")).sequenceNumber())
                    .isGreaterThan(last);
        }
    }

    private static List<StreamRecord> all(Streams streams, StreamInfo stream) {
        return stream.shards().stream()
                .flatMap(shard -> streams.after(stream.name(), shard.id(), null, 1000, Long.MAX_VALUE).stream())
                .toList();
    }

    @Test
    void aTornTailIsCutOffWhereverItEnds() throws IOException {
        long wholeBytes;
        Path log;
        try (Streams streams = new Streams(clock, directory)) {
            streams.create("s", 1);
            streams.put("s", record("k", "whole"));
            log = log();
            wholeBytes = Files.size(log);
            streams.put("s", record("k", "torn"));
        }
        byte[] bytes = Files.readAllBytes(log);
        for (int length = (int) wholeBytes; length < bytes.length; length++) {
            Files.write(log, Arrays.copyOf(bytes, length));
            try (Streams streams = new Streams(clock, directory)) {
                assertThat(texts(streams)).as("cut at byte " + length).containsExactly("whole");
                streams.put("s", record("k", "next"));
                assertThat(texts(streams)).containsExactly("whole", "next");
            }
        }
    }

    @Test
    void damageBeforeTheTailIsNotTakenForATornTail() throws IOException {
        Path log;
        try (Streams streams = new Streams(clock, directory)) {
            streams.create("s", 1);
            streams.put("s", record("k", "first"));
            streams.put("s", record("k", "second"));
            log = log();
        }
        byte[] bytes = Files.readAllBytes(log);
        bytes[30] ^= 1;
        Files.write(log, bytes);
        assertThatThrownBy(() -> new Streams(clock, directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged at byte 0");
    }

    @Test
    void expiredRecordsLeaveTheFileWhenItIsOpenedAndSequenceNumbersGoOn() throws IOException {
        String last = "";
        Path log;
        long before;
        try (Streams streams = new Streams(clock, directory)) {
            streams.create("s", 1);
            for (int i = 0; i < 100; i++) {
                last = streams.put("s", record("k", "old")).sequenceNumber();
            }
            log = log();
            before = Files.size(log);
        }
        clock.advance(25 * 3_600_000L);
        try (Streams streams = new Streams(clock, directory)) {
            assertThat(Files.size(log)).isEqualTo(before / 100);
            assertThat(streams.put("s", record("k", "new")).sequenceNumber()).isGreaterThan(last);
        }
        try (Streams streams = new Streams(clock, directory)) {
            assertThat(streams.after("s", SHARD, last, 10, 1000)).hasSize(1);
        }
    }

    private static List<String> texts(Streams streams) {
        return streams.after("s", SHARD, null, 100, 100_000).stream()
                .map(record -> new String(record.data(), UTF_8))
                .toList();
    }

    private Path log() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
