package dev.tidemark.local;

import dev.tidemark.local.mapping.MappingSettings;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a local system is set up.
 *
 * @param port of the API; Kinesis, DynamoDB and S3 take the three after it. 0: any free ones
 * @param directory where everything is kept; null: in memory, and the streams' records in temporary files
 * @param streams the streams to create where they do not exist, with their number of shards; each feeds the ingest
 *     function
 * @param shardLimits whether a shard takes no more than Kinesis's 1,000 records and 1 MiB a second
 * @param mapping the settings of every stream's event source mapping
 * @param seed of the mapping's fault dials
 */
public record LocalSettings(
        int port,
        @Nullable Path directory,
        Map<String, Integer> streams,
        boolean shardLimits,
        MappingSettings mapping,
        long seed) {

    private static final int MAX_PORT = 65_535 - 3;

    public LocalSettings {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port not in 0.." + MAX_PORT + ": " + port);
        }
        streams = Map.copyOf(streams);
    }

    int portOf(int offset) {
        return port == 0 ? 0 : port + offset;
    }

    @Nullable
    Path directoryOf(String part) {
        return directory == null ? null : directory.resolve(part);
    }
}
