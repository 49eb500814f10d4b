/** Tests of the HTTP API against stores in memory. */
@NullMarked
package dev.tidemark.functions.query;

import org.jspecify.annotations.NullMarked;
