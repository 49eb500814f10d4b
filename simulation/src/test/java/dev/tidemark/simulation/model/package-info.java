/**
 * An explicit-state model of the fold protocol, without any product code: small enough to be explored whole. Start with
 * {@link dev.tidemark.simulation.model.FoldModel}; {@link dev.tidemark.simulation.model.HeadModel} is the same for the head
 * item. docs/protocol.md has the rules in words.
 */
@NullMarked
package dev.tidemark.simulation.model;

import org.jspecify.annotations.NullMarked;
