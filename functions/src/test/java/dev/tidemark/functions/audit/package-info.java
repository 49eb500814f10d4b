@NullMarked
package dev.tidemark.functions.audit;

import org.jspecify.annotations.NullMarked;
