/** The fold of one batch under the protocol (rules L and F). */
@NullMarked
package dev.tidemark.core.fold;

import org.jspecify.annotations.NullMarked;
