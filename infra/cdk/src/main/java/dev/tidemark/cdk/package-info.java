/** infra/template.yaml as a construct of the AWS CDK, with the catalog checked before anything is deployed. */
@NullMarked
package dev.tidemark.cdk;

import org.jspecify.annotations.NullMarked;
