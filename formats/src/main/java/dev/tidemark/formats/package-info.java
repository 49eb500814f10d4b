/** What the records of a source are made of, other than JSON: each becomes the JSON that core reads. */
@NullMarked
package dev.tidemark.formats;

import org.jspecify.annotations.NullMarked;
