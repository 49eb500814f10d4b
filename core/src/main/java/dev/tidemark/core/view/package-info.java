/** Feature views compiled from the catalog: everything the fold and the query need, resolved to slots. */
@NullMarked
package dev.tidemark.core.view;

import org.jspecify.annotations.NullMarked;
