/** Answers: which items a question needs, how their tiles make values, and what an answer says about itself. */
@NullMarked
package dev.tidemark.core.serve;

import org.jspecify.annotations.NullMarked;
