/** Sample event streams: their records, their generator, how to replay them, and their expected answers. */
@NullMarked
package dev.tidemark.samplesevents;

import org.jspecify.annotations.NullMarked;
