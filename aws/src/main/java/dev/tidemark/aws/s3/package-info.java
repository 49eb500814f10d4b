/** The archive of raw records and the quarantine on S3 (protocol rules F3, F7). */
@NullMarked
package dev.tidemark.aws.s3;

import org.jspecify.annotations.NullMarked;
