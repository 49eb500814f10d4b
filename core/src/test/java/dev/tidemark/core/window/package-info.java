@NullMarked
package dev.tidemark.core.window;

import org.jspecify.annotations.NullMarked;
