/** Tables beside a stream: numbered, immutable snapshots, and what events look up in them (rule X1). */
@NullMarked
package dev.tidemark.core.reference;

import org.jspecify.annotations.NullMarked;
