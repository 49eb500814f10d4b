/**
 * The quality of a model: how far what it reads has moved from a baseline, how good its predictions are, and why they are not.
 * Everything is finished here from values of ordinary views.
 */
@NullMarked
package dev.tidemark.core.monitor;

import org.jspecify.annotations.NullMarked;
