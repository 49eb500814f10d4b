package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * A column of a spine that is made.
 *
 * @param type null if its values decide
 * @param isTime whether it is the column of moments
 */
record SpineColumn(String name, @Nullable ValueType type, boolean isTime) {}
