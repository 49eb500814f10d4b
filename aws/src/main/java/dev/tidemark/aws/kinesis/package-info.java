/** What must be known of a stream: when it was created and how its shards divide the hash keys. */
@NullMarked
package dev.tidemark.aws.kinesis;

import org.jspecify.annotations.NullMarked;
