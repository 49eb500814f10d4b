/** What Lambda says about the running function. */
@NullMarked
package dev.tidemark.aws.lambda;

import org.jspecify.annotations.NullMarked;
