/** What a deployment costs in DynamoDB units, by the whole fold and the whole query on stores that meter. */
@NullMarked
package dev.tidemark.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
