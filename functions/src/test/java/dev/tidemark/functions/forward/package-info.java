@NullMarked
package dev.tidemark.functions.forward;

import org.jspecify.annotations.NullMarked;
