/** Tests of the services in memory. */
@NullMarked
package dev.tidemark.simulation.cloud;

import org.jspecify.annotations.NullMarked;
