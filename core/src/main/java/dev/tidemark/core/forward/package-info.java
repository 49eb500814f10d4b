/** Which events of one stream are put onto another, and as what. */
@NullMarked
package dev.tidemark.core.forward;

import org.jspecify.annotations.NullMarked;
