/** What the Lambda functions share. */
@NullMarked
package dev.tidemark.functions;

import org.jspecify.annotations.NullMarked;
