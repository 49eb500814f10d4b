/** Tests of answers against a naive recomputation, and a small view to ask about. */
@NullMarked
package dev.tidemark.core.serve;

import org.jspecify.annotations.NullMarked;
