/** Tests of the fold, one for each rule of the protocol, and a seeded storm of all faults at once. */
@NullMarked
package dev.tidemark.core.fold;

import org.jspecify.annotations.NullMarked;
