@NullMarked
package dev.tidemark.kinesis;

import org.jspecify.annotations.NullMarked;
