/** The whole system, driven from outside as its users drive it, and compared with the oracle. */
@NullMarked
package dev.tidemark.cli;

import org.jspecify.annotations.NullMarked;
