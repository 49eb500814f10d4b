@NullMarked
package dev.tidemark.functions.compact;

import org.jspecify.annotations.NullMarked;
