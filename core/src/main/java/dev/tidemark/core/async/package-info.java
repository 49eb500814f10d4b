/** Tools for asynchronous work, such as loops that need no stack. */
@NullMarked
package dev.tidemark.core.async;

import org.jspecify.annotations.NullMarked;
