@NullMarked
package dev.tidemark.core.past;

import org.jspecify.annotations.NullMarked;
