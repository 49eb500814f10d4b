/** Files of the data directory: small ones that are replaced in one step, and damage that is named. */
@NullMarked
package dev.tidemark.kinesis.file;

import org.jspecify.annotations.NullMarked;
