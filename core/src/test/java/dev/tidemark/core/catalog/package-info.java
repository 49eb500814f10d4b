@NullMarked
package dev.tidemark.core.catalog;

import org.jspecify.annotations.NullMarked;
