@NullMarked
package dev.tidemark.core.number;

import org.jspecify.annotations.NullMarked;
