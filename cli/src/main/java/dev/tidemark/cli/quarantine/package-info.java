/** Events that count nowhere: {@code tidemark quarantine} and {@code tidemark too-late}. */
@NullMarked
package dev.tidemark.cli.quarantine;

import org.jspecify.annotations.NullMarked;
