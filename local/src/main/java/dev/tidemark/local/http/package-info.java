/** Jetty as this module uses it, and an API Gateway proxy integration on it. */
@NullMarked
package dev.tidemark.local.http;

import org.jspecify.annotations.NullMarked;
