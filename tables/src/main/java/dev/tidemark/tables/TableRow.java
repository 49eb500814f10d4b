package dev.tidemark.tables;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One row of a file.
 *
 * @param values by column, in the file's order; what has no value is absent. The receiver may keep and change it
 * @param place for messages: {@code orders.csv:12} or {@code orders.parquet, row 3}
 */
public record TableRow(ObjectNode values, String place) {}
