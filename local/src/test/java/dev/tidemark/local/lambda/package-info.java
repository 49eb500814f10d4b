/** The deployable jar under Lambda's own runtime client, with a Runtime API and the back ends of the local run. */
@NullMarked
package dev.tidemark.local.lambda;

import org.jspecify.annotations.NullMarked;
