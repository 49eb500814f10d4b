@NullMarked
package dev.tidemark.core.archive;

import org.jspecify.annotations.NullMarked;
