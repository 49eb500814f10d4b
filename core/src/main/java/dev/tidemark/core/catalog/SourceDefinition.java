package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.FieldPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source as the catalog defines it, defaults filled in.
 *
 * @param eventId null if its events have none
 * @param fields grows as views name fields
 * @param forwardAt where it says what is forwarded onto it; null if nothing is
 * @param forwards grows when all sources are known
 */
record SourceDefinition(
        String name,
        String stream,
        long streamRetentionMillis,
        Field eventTime,
        TimeFormat timeFormat,
        @Nullable FieldPath eventId,
        int maxEventBytes,
        AggregatedBy aggregatedBy,
        SourceFields fields,
        Notes notes,
        @Nullable YamlValue forwardAt,
        List<ForwardDefinition> forwards) {}
