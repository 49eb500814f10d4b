@NullMarked
package dev.tidemark.core.pair;

import org.jspecify.annotations.NullMarked;
