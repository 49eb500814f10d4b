@NullMarked
package dev.tidemark.core.learn;

import org.jspecify.annotations.NullMarked;
