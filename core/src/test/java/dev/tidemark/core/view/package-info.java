@NullMarked
package dev.tidemark.core.view;

import org.jspecify.annotations.NullMarked;
