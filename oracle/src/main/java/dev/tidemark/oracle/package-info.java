/**
 * What every feature value must be, computed the plain way: read the definitions, keep every record, and go through
 * all of them for each question. Shares no code with the fold and the query, so that agreement means something.
 */
@NullMarked
package dev.tidemark.oracle;

import org.jspecify.annotations.NullMarked;
