/** What asynchronous work is made of: loops that need no stack. */
@NullMarked
package dev.tidemark.core.async;

import org.jspecify.annotations.NullMarked;
