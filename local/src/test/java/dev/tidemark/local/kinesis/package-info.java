@NullMarked
package dev.tidemark.local.kinesis;

import org.jspecify.annotations.NullMarked;
