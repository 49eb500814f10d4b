/**
 * An embedded, Kinesis-compatible stream: the model, its files and the real protocol over HTTP. Nothing else of Tidemark is
 * used, not even its arithmetic of hash keys: two readings of what Kinesis does have to agree.
 */
@NullMarked
package dev.tidemark.kinesis;

import org.jspecify.annotations.NullMarked;
