/** The AWS services in memory, behind the SDK's own client interfaces, over a network that fails. */
@NullMarked
package dev.tidemark.simulation.cloud;

import org.jspecify.annotations.NullMarked;
