/** The stores in memory, with faults on demand: what tests of every module fold into and read from. */
@NullMarked
package dev.tidemark.core.store;

import org.jspecify.annotations.NullMarked;
