@NullMarked
package dev.tidemark.local;

import org.jspecify.annotations.NullMarked;
