/** Tests of the deployed template, in LocalStack. */
@NullMarked
package dev.tidemark.localstack;

import org.jspecify.annotations.NullMarked;
