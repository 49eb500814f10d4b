/** AWS Glue's schema registry. */
@NullMarked
package dev.tidemark.aws.glue;

import org.jspecify.annotations.NullMarked;
