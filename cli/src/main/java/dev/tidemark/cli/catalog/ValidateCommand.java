package dev.tidemark.cli.catalog;

import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.tile.ItemSize;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import dev.tidemark.functions.Baselines;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a catalog, reports all mistakes at once, and estimates its costs. */
@Command(
        name = "validate",
        description = "Check a catalog file: every mistake at once, with line, column and remedy.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ValidateCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The catalog (YAML).")
    private Path file;

    @Option(
            names = "--streams",
            paramLabel = "NAME",
            split = ",",
            description = "The streams that a deployment folds, with commas between: the output Streams of the stack. "
                    + "Fails if the catalog does not read the same.")
    private @Nullable Set<String> deployed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            return print(CatalogFile.compile(file));
        } catch (Unanswerable e) {
            throw new Failure(e.describe() + ": " + e.remedy());
        }
    }

    private Integer print(Catalog catalog) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + " is valid. Catalog " + catalog.hash());
        for (Catalog.Source source : catalog.sources()) {
            String note = catalog.notesOf("sources." + source.name()).line();
            if (!note.isEmpty()) {
                out.println("source " + source.name() + ": " + ShownText.text(note));
            }
        }
        if (deployed != null) {
            requireSame(catalog, deployed);
        }
        if (deployed != null || catalog.streams().size() > 1) {
            out.println("streams  " + String.join(", ", catalog.streams()));
        }
        catalog.forwards().stream()
                .map(forward -> "forward  from " + forward.from() + " to " + forward.to())
                .distinct()
                .forEach(out::println);
        catalog.views().forEach(view -> print(out, catalog, view));
        catalog.models().forEach(model -> print(out, catalog, model));
        catalog.monitors().forEach(monitor -> print(out, monitor));
        out.println();
        CostText.of(catalog).forEach(out::println);
        return 0;
    }

    private void requireSame(Catalog catalog, Set<String> folded) {
        Set<String> missing = new LinkedHashSet<>(catalog.streams());
        missing.removeAll(folded);
        if (!missing.isEmpty()) {
            throw new Failure(file + " reads " + String.join(", ", missing) + ", which the deployment does not fold, so"
                    + " that their views would be empty: name them as Stream2, Stream3, … of the stack");
        }
        Set<String> unread = new LinkedHashSet<>(folded);
        unread.removeAll(catalog.streams());
        if (!unread.isEmpty()) {
            throw new Failure("the deployment folds " + String.join(", ", unread) + ", which no source of " + file
                    + " reads, so that their batches would fail: add a source, or take the stream from the stack");
        }
    }

    private static void print(PrintWriter out, Catalog catalog, Model model) {
        out.println();
        out.println("model " + model.name() + " (hash " + model.hash() + ")");
        note(out, catalog, "", "models." + model.name());
        out.println("  keys     " + String.join(", ", model.keys()));
        if (!model.request().isEmpty()) {
            out.println("  request  "
                    + model.request().stream().map(ValidateCommand::describe).collect(Collectors.joining(", ")));
        }
        out.println("  vector");
        for (int i = 0; i < model.vector().size(); i++) {
            Model.Value value = model.vector().get(i);
            out.println(
                    "    " + (i + 1) + " " + value.name() + " " + value.type().text());
        }
    }

    private void print(PrintWriter out, Monitor monitor) {
        out.println();
        out.println("monitor of model " + monitor.model());
        out.println("  windows  " + monitor.windows().stream().map(Window::text).collect(Collectors.joining(", ")));
        out.println("  inputs   " + String.join(", ", monitor.features().keySet()));
        out.println("  checks   "
                + monitor.checks().stream().map(Monitor.Check::name).collect(Collectors.joining(", ")));
        if (monitor.baseline() instanceof Monitor.TrainingSet set) {
            out.println("  baseline " + set.path() + ", "
                    + set.object(TrainingProfile.FILE)
                            .map(object -> "which the stack's MonitorBaselines must name: " + object.arn())
                            .orElseGet(() -> Plural.of(columns(set), "column")));
        }
    }

    /** Read, so that a file that is missing or none is found here and not in production. */
    private int columns(Monitor.TrainingSet set) {
        S3Reader none = new S3Reader(() -> {
            throw new IllegalStateException("a file is not read from S3");
        });
        return Objects.requireNonNull(Baselines.of(file, none).read(set))
                .columns()
                .size();
    }

    private static String describe(Model.Input input) {
        String type = input.name() + " " + input.type().text();
        return input.defaultValue() == null ? type : type + " (or " + input.defaultValue() + ")";
    }

    /** What the definition at a path says to people, if it says anything. */
    private static void note(PrintWriter out, Catalog catalog, String name, String path) {
        String note = catalog.notesOf(path).line();
        if (!note.isEmpty()) {
            out.println("  " + (name.isEmpty() ? "about    " : name + ": ") + ShownText.text(note));
        }
    }

    private static void print(PrintWriter out, Catalog catalog, View view) {
        out.println();
        out.println("view " + view.name() + " (version " + view.version() + ", source " + view.source() + ")");
        note(out, catalog, "", "views." + view.name());
        out.println(
                "  entity   " + view.entity().stream().map(View.KeyField::name).collect(Collectors.joining(", ")));
        if (view.eventTime() != null) {
            EventShape shape = catalog.sourceOf(view).shape();
            out.println("  time     " + shape.fields().get(view.eventTime().slot()));
        }
        out.println(
                "  values   " + view.features().stream().map(View.Feature::name).collect(Collectors.joining(", ")));
        if (!view.derived().isEmpty()) {
            out.println("  derived  "
                    + view.derived().stream().map(View.Derived::name).collect(Collectors.joining(", ")));
        }
        out.println("  ladder   "
                + view.ladder().widths().stream().map(ValidateCommand::describe).collect(Collectors.joining(", ")));
        out.println("  writes   " + writes(view) + ", whatever the length of the windows");
        if (view.duplicates() != null) {
            out.println("  ids      " + ids(view.duplicates().rule()));
        }
        if (view.pairs() != null) {
            out.println("  pairs    " + pairs(view.pairs()));
        }
        out.println("  costs    " + String.join("\n           ", CostText.of(view)));
        String path = "views." + view.name() + ".";
        catalog.notes().keySet().stream()
                .filter(one -> one.startsWith(path))
                .forEach(one -> note(out, catalog, one.substring(one.lastIndexOf('.') + 1), one));
    }

    /** DynamoDB charges a write unit for each begun kilobyte of an item, however little of it changes. */
    private static String ids(SeenIds.Rule rule) {
        long kilobytes = (ItemSize.ofIds(rule).totalBytes() + 1_023) / 1_024;
        return String.format(
                Locale.ROOT,
                "1 item more per entity and batch; with all of %,d ids up to %,d KB and %,d write units each time",
                rule.maxIds(),
                kilobytes,
                kilobytes);
    }

    /** What is written beside tiles, and for how long it is needed. */
    private static String pairs(PairRule pairs) {
        Halves.Terms terms = pairs.terms();
        return String.format(
                Locale.ROOT,
                "of '%s': 1 item more per key and batch, of at most %,d halves and %,d KB, each kept for %s",
                pairs.name(),
                terms.maxHalves(),
                (pairs.largestItem().totalBytes() + 1_023) / 1_024,
                Window.formatDuration(terms.keptMillis()));
    }

    private static String writes(View view) {
        int widths = view.ladder().widths().size();
        return view.head() == null
                ? Plural.of(widths, "item") + " per entity and batch"
                : "1 item per entity and batch, and now and then " + widths + " more";
    }

    private static String describe(TileWidth width) {
        return width.isLifetime() ? "lifetime" : width.code() + " (" + width.tilesPerBlock() + " tiles an item)";
    }
}
