@NullMarked
package dev.tidemark.http;

import org.jspecify.annotations.NullMarked;
