/** DynamoDB Local and an embedded S3, inside this process. */
@NullMarked
package dev.tidemark.local.store;

import org.jspecify.annotations.NullMarked;
