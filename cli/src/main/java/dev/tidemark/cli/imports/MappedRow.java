package dev.tidemark.cli.imports;

/**
 * A row of a file as an event.
 *
 * @param place for messages
 * @param eventTimeMillis as the source reads it, milliseconds since the epoch
 * @param partitionKey decides the part that the row belongs to
 * @param event canonical JSON: members sorted by name, decimals without trailing zeros; nobody may change it
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record MappedRow(String place, long eventTimeMillis, String partitionKey, byte[] event) {}
