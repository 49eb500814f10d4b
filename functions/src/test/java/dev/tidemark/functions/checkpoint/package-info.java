@NullMarked
package dev.tidemark.functions.checkpoint;

import org.jspecify.annotations.NullMarked;
