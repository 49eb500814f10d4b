/** Tests of what the functions share, and of the template that deploys them. */
@NullMarked
package dev.tidemark.functions;

import org.jspecify.annotations.NullMarked;
