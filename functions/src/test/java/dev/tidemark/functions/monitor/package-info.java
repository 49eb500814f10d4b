@NullMarked
package dev.tidemark.functions.monitor;

import org.jspecify.annotations.NullMarked;
