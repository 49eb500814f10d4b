@NullMarked
package dev.tidemark.local.app;

import org.jspecify.annotations.NullMarked;
