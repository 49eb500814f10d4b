/** What a model learns from, and how a candidate becomes the champion: functions of the archive and of numbered objects. */
@NullMarked
package dev.tidemark.core.learn;

import org.jspecify.annotations.NullMarked;
