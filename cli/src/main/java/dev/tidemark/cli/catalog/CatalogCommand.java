package dev.tidemark.cli.catalog;

import dev.tidemark.cli.deployment.DeploymentCommand;
import picocli.CommandLine.Mixin;

/** A command about a deployment and its catalog. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public abstract class CatalogCommand extends DeploymentCommand {

    @Mixin
    protected CatalogOption catalog;
}
