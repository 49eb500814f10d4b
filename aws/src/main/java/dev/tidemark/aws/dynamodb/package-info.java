/** State items and lane rows on DynamoDB (protocol rules F2, F4, F8, L1). */
@NullMarked
package dev.tidemark.aws.dynamodb;

import org.jspecify.annotations.NullMarked;
