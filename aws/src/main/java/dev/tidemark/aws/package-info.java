/** The ports of the core on DynamoDB, S3 and Kinesis: clients and the names of the environment. */
@NullMarked
package dev.tidemark.aws;

import org.jspecify.annotations.NullMarked;
