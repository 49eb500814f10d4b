@NullMarked
package dev.tidemark.local.store;

import org.jspecify.annotations.NullMarked;
