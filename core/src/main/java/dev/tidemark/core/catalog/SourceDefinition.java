package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.Seam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source as the catalog defines it, defaults filled in.
 *
 * @param eventId null if its events have none
 * @param seam null if it has no history from before the stream
 * @param fields grows as views name fields
 * @param forwardAt where it says what is forwarded onto it; null if nothing is
 * @param forwards grows when all sources are known
 */
record SourceDefinition(
        String name,
        String stream,
        long streamRetentionMillis,
        SourceReader.EventTime eventTime,
        @Nullable FieldPath eventId,
        int maxEventBytes,
        AggregatedBy aggregatedBy,
        @Nullable Seam seam,
        FormatReader.Read format,
        SourceFields fields,
        Notes notes,
        @Nullable YamlValue forwardAt,
        List<ForwardDefinition> forwards) {}
