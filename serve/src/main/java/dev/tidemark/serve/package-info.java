/** The query API over HTTP, for the local run and from a long-lived process next to a model (docs/serve.md). */
@NullMarked
package dev.tidemark.serve;

import org.jspecify.annotations.NullMarked;
