/** Tiles, the items that hold them, their keys and their stored bytes. */
@NullMarked
package dev.tidemark.core.tile;

import org.jspecify.annotations.NullMarked;
