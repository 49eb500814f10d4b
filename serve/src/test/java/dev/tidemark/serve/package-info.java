@NullMarked
package dev.tidemark.serve;

import org.jspecify.annotations.NullMarked;
