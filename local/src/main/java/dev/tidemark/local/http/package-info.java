/** An API Gateway proxy integration. */
@NullMarked
package dev.tidemark.local.http;

import org.jspecify.annotations.NullMarked;
