/** {@code tidemark run}: the whole system on this machine, and what it tells. */
@NullMarked
package dev.tidemark.cli.run;

import org.jspecify.annotations.NullMarked;
