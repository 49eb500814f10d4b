@NullMarked
package dev.tidemark.core.change;

import org.jspecify.annotations.NullMarked;
