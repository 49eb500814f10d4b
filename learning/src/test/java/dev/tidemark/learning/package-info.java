@NullMarked
package dev.tidemark.learning;

import org.jspecify.annotations.NullMarked;
