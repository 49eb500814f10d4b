/**
 * Answers: which items a question reads, how values are computed from their tiles, and what an answer says about
 * itself.
 */
@NullMarked
package dev.tidemark.core.serve;

import org.jspecify.annotations.NullMarked;
