/** An HTTP server for programs on this machine only, within limits. */
@NullMarked
package dev.tidemark.kinesis.http;

import org.jspecify.annotations.NullMarked;
