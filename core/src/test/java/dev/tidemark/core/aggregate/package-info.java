@NullMarked
package dev.tidemark.core.aggregate;

import org.jspecify.annotations.NullMarked;
