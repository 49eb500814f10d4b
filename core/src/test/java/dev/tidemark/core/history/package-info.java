@NullMarked
package dev.tidemark.core.history;

import org.jspecify.annotations.NullMarked;
