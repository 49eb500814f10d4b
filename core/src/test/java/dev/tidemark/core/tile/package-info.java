@NullMarked
package dev.tidemark.core.tile;

import org.jspecify.annotations.NullMarked;
