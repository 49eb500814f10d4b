@NullMarked
package dev.tidemark.kinesis.http;

import org.jspecify.annotations.NullMarked;
