/** An embedded, Kinesis-compatible stream: the model, its files and the real protocol over HTTP. */
@NullMarked
package dev.tidemark.local.kinesis;

import org.jspecify.annotations.NullMarked;
