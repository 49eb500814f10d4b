@NullMarked
package dev.tidemark.core.forward;

import org.jspecify.annotations.NullMarked;
