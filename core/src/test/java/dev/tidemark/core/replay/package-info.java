@NullMarked
package dev.tidemark.core.replay;

import org.jspecify.annotations.NullMarked;
