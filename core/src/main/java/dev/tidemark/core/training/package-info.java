/** Point-in-time answers about an entity's past, for training sets: what was, or is, known at each of many moments. */
@NullMarked
package dev.tidemark.core.training;

import org.jspecify.annotations.NullMarked;
