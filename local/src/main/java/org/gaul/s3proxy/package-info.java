/** What of S3Proxy can be reached in its own package only. */
@NullMarked
package org.gaul.s3proxy;

import org.jspecify.annotations.NullMarked;
