/** The function that looks at the quality of every model that has a monitor. */
@NullMarked
package dev.tidemark.functions.monitor;

import org.jspecify.annotations.NullMarked;
