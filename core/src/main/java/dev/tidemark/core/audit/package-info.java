/** The state and the answers, checked against a replay of the archive. */
@NullMarked
package dev.tidemark.core.audit;

import org.jspecify.annotations.NullMarked;
