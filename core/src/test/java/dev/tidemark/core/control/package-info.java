@NullMarked
package dev.tidemark.core.control;

import org.jspecify.annotations.NullMarked;
