@NullMarked
package dev.tidemark.core.async;

import org.jspecify.annotations.NullMarked;
