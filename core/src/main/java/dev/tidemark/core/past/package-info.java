/**
 * Questions about the past, each answered by a walk of the history: values of past moments, training rows, events that came
 * too late, and the state and the answers checked against what the archive says they must be.
 */
@NullMarked
package dev.tidemark.core.past;

import org.jspecify.annotations.NullMarked;
