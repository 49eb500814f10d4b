/** What one write of an item takes of a processor in the AWS SDK, by HTTP client and setting. */
@NullMarked
package dev.tidemark.benchmarks.puts;

import org.jspecify.annotations.NullMarked;
