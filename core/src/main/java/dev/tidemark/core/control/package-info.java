/** The rows of the control table, and the pure decisions about what to write into them (rules L1 to L3). */
@NullMarked
package dev.tidemark.core.control;

import org.jspecify.annotations.NullMarked;
