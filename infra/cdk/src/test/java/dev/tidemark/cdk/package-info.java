/** Tests of the construct; those that synthesize need Node.js. */
@NullMarked
package dev.tidemark.cdk;

import org.jspecify.annotations.NullMarked;
