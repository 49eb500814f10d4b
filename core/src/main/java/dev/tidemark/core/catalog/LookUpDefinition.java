package dev.tidemark.core.catalog;

import dev.tidemark.core.reference.Reference;
import java.util.List;
import java.util.SortedSet;

/**
 * What a view looks up for each of its events.
 *
 * @param alias under which the view names the reference's fields
 * @param key the event's fields that are the reference's key
 * @param used the reference's fields that the view names; grows as it names them
 */
record LookUpDefinition(String alias, Reference reference, List<Field> key, SortedSet<String> used) {}
