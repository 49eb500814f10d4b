@NullMarked
package dev.tidemark.cli.serve;

import org.jspecify.annotations.NullMarked;
