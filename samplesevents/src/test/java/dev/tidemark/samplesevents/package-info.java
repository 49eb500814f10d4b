@NullMarked
package dev.tidemark.samplesevents;

import org.jspecify.annotations.NullMarked;
