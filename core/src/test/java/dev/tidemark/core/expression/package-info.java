@NullMarked
package dev.tidemark.core.expression;

import org.jspecify.annotations.NullMarked;
