package dev.tidemark.kinesis;

import java.util.List;
import java.util.Map;

/** What is stored of a stream beside its records. */
record StreamMeta(
        String name,
        long createdMillis,
        int retentionHours,
        boolean onDemand,
        Map<String, String> tags,
        List<ShardMeta> shards) {}
