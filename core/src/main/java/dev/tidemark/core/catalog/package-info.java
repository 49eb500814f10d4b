/** The catalog: the user's YAML file, read, validated and versioned. */
@NullMarked
package dev.tidemark.core.catalog;

import org.jspecify.annotations.NullMarked;
