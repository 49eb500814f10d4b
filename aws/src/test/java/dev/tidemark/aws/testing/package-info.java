/** Embedded DynamoDB and S3, and an HTTP client that loses answers. */
@NullMarked
package dev.tidemark.aws.testing;

import org.jspecify.annotations.NullMarked;
