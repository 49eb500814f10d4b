@NullMarked
package dev.tidemark.local.mapping;

import org.jspecify.annotations.NullMarked;
