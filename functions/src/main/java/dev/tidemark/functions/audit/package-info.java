/** Audits a sample of the state's entities against a replay of the archive, on a schedule. */
@NullMarked
package dev.tidemark.functions.audit;

import org.jspecify.annotations.NullMarked;
