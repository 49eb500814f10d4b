@NullMarked
package dev.tidemark.samplesevents.oracle;

import org.jspecify.annotations.NullMarked;
