/**
 * The past of a stream, told once: every record that counts for some views, in an order in which each lane comes after
 * those it descends from, poured into a sink.
 */
@NullMarked
package dev.tidemark.core.history;

import org.jspecify.annotations.NullMarked;
