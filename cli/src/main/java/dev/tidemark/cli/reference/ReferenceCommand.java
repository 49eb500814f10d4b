package dev.tidemark.cli.reference;

import picocli.CommandLine.Command;

/** Snapshots of references. */
@Command(
        name = "reference",
        description = "References: tables whose rows events look up. Publish and list their snapshots.",
        mixinStandardHelpOptions = true,
        subcommands = {ReferencePublishCommand.class, ReferenceListCommand.class})
public final class ReferenceCommand {}
