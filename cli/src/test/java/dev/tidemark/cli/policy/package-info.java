/** What the policies of the template permit, against all calls that are made. */
@NullMarked
package dev.tidemark.cli.policy;

import org.jspecify.annotations.NullMarked;
