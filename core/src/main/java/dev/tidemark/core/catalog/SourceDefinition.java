package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.FieldPath;
import org.jspecify.annotations.Nullable;

/**
 * A source as the catalog defines it, defaults filled in.
 *
 * @param eventId null if its events have none
 * @param fields grows as views name fields
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
        Notes notes) {}
