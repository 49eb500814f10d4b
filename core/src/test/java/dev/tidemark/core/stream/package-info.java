@NullMarked
package dev.tidemark.core.stream;

import org.jspecify.annotations.NullMarked;
