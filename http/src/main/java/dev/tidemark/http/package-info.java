/** An HTTP server within limits, for programs on this machine or for others. */
@NullMarked
package dev.tidemark.http;

import org.jspecify.annotations.NullMarked;
