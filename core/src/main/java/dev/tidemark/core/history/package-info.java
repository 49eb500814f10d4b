/**
 * The past of a stream, told once: a walk gives a sink every record that counts for some views, each lane after its
 * ancestors.
 */
@NullMarked
package dev.tidemark.core.history;

import org.jspecify.annotations.NullMarked;
