@NullMarked
package dev.tidemark.core.audit;

import org.jspecify.annotations.NullMarked;
