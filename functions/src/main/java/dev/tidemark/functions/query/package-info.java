/** The HTTP API: routes, bounds, problem documents and the JSON of answers. See openapi.yaml. */
@NullMarked
package dev.tidemark.functions.query;

import org.jspecify.annotations.NullMarked;
