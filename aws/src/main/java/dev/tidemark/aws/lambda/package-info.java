/** What Lambda says about the function that runs. */
@NullMarked
package dev.tidemark.aws.lambda;

import org.jspecify.annotations.NullMarked;
