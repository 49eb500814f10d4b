/** An event source mapping that follows Lambda's documented semantics for Kinesis. */
@NullMarked
package dev.tidemark.local.mapping;

import org.jspecify.annotations.NullMarked;
