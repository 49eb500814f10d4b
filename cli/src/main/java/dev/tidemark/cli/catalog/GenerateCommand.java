package dev.tidemark.cli.catalog;

import picocli.CommandLine.Command;

/** Code for those who ask the catalog's models. */
@Command(
        name = "generate",
        description = "Write code that asks the catalog's models: typed classes for Python.",
        mixinStandardHelpOptions = true,
        subcommands = GeneratePythonCommand.class)
public final class GenerateCommand {}
