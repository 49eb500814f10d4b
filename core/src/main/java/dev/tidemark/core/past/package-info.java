/**
 * Questions about the past, each answered by a walk of the history: values of past moments, training rows, events that
 * came too late, and audits of state and answers against the archive.
 */
@NullMarked
package dev.tidemark.core.past;

import org.jspecify.annotations.NullMarked;
