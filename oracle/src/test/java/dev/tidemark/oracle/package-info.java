@NullMarked
package dev.tidemark.oracle;

import org.jspecify.annotations.NullMarked;
