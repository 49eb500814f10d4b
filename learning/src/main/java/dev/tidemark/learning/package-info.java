/** The function that carries out a model's training runs, step by step, for whoever drives them. */
@NullMarked
package dev.tidemark.learning;

import org.jspecify.annotations.NullMarked;
