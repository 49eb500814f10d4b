package dev.tidemark.cli.deployment;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command about a deployment. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public abstract class DeploymentCommand implements Callable<Integer> {

    @Mixin
    protected DeploymentOptions deployment;

    @Spec
    protected CommandSpec spec;

    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    protected final PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
