/** Tests against scripted answers of Lambda. */
@NullMarked
package dev.tidemark.aws.lambda;

import org.jspecify.annotations.NullMarked;
