/** The whole system in one process on a plain JDK. */
@NullMarked
package dev.tidemark.local;

import org.jspecify.annotations.NullMarked;
