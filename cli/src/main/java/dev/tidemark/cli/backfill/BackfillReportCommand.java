package dev.tidemark.cli.backfill;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ArchiveSample;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.change.Comparison;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares the new views with the old ones. */
@Command(
        name = "report",
        description = "Compare the values of the new versions with those of the old ones, entity by entity, as of now.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillReportCommand extends CatalogChangeCommand {

    private static final int MAX_ENTITIES = 100_000;

    @Option(
            names = "--entity",
            paramLabel = "KEY",
            description = "Ask about this entity (parts joined by '|'); may be repeated. Default: those in the newest "
                    + "archived events.")
    private List<String> entities = List.of();

    @Option(
            names = "--sample",
            defaultValue = "200",
            paramLabel = "N",
            description = "How many entities to take from the archive. Default: ${DEFAULT-VALUE}.")
    private int sample;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (sample < 1 || sample > MAX_ENTITIES) {
            throw new Failure("--sample must be 1 to " + MAX_ENTITIES + ", not " + sample);
        }
        return super.call();
    }

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        List<Comparison.Report> reports = new ArrayList<>();
        List<View> fresh = new ArrayList<>();
        long nowMillis = System.currentTimeMillis();
        Comparison comparison = new Comparison(new FeatureServer(
                both, stores.items(), new ProgressCache(stores.control(), ProgressCache.DEFAULT_MAX_AGE_MILLIS)));
        for (View after : new CatalogSwitch(both).added()) {
            View before = both.current().view(after.name()).orElse(null);
            if (before == null) {
                fresh.add(after);
            } else {
                List<String> asked = entities.isEmpty() ? sample(stores, both, after, nowMillis) : entities;
                reports.add(stores.await(comparison.compare(before, after, asked, nowMillis)));
            }
        }
        if (json) {
            out.println(ShownText.text(toJson(reports, fresh).toPrettyString()));
        } else {
            reports.forEach(report -> print(out, report));
            fresh.forEach(view ->
                    out.println("view " + view.name() + " (" + view.version() + ") is new: nothing to compare with"));
        }
    }

    private List<String> sample(Stores stores, Catalogs both, View view, long nowMillis) {
        Catalog.Source source = both.sourceOf(view);
        ArchiveSample archived =
                new ArchiveSample(stores.archive(), view, source, stores.past().inputs());
        return stores.await(archived.newest(sample, nowMillis));
    }

    private static void print(PrintWriter out, Comparison.Report report) {
        out.println("view " + report.after().name() + ": " + Plural.of(report.entities(), "entity", "entities")
                + " as of " + Instant.ofEpochMilli(report.atMillis()));
        out.println("  old " + version(report.before(), report.complete().get(0)) + ", new "
                + version(report.after(), report.complete().get(1)));
        int width = report.features().stream()
                .mapToInt(feature -> feature.name().length())
                .max()
                .orElse(1);
        for (Comparison.FeatureDifference feature : report.features()) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %-" + width + "s  %6d equal  %6d different",
                    feature.name(),
                    feature.equal(),
                    feature.different()));
            feature.examples()
                    .forEach(example -> out.println("      "
                            + ShownText.line(example.entity() + ": " + example.before() + " -> " + example.after())));
        }
        printNames(out, "only in the old version", report.dropped());
        printNames(out, "only in the new version", report.added());
    }

    private static String version(View view, boolean complete) {
        return view.version() + (complete ? " (complete)" : " (NOT complete: differences may be gaps)");
    }

    private static void printNames(PrintWriter out, String what, List<String> names) {
        if (!names.isEmpty()) {
            out.println("  " + what + ": " + names.stream().collect(Collectors.joining(", ")));
        }
    }

    private static ObjectNode toJson(List<Comparison.Report> reports, List<View> fresh) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode views = root.putArray("views");
        for (Comparison.Report report : reports) {
            ObjectNode view = views.addObject();
            view.put("view", report.after().name());
            view.put("at", Instant.ofEpochMilli(report.atMillis()).toString());
            view.put("entities", report.entities());
            version(view.putObject("old"), report.before(), report.complete().get(0), report.dropped());
            version(view.putObject("new"), report.after(), report.complete().get(1), report.added());
            ArrayNode features = view.putArray("features");
            for (Comparison.FeatureDifference difference : report.features()) {
                ObjectNode feature = features.addObject();
                feature.put("feature", difference.name());
                feature.put("equal", difference.equal());
                feature.put("different", difference.different());
                ArrayNode examples = feature.putArray("examples");
                for (Comparison.Example example : difference.examples()) {
                    ObjectNode one = examples.addObject();
                    one.put("entity", example.entity());
                    one.set("old", mapper.valueToTree(plain(example.before())));
                    one.set("new", mapper.valueToTree(plain(example.after())));
                }
            }
        }
        ArrayNode added = root.putArray("added");
        fresh.forEach(view -> added.addObject().put("view", view.name()).put("version", view.version()));
        return root;
    }

    private static void version(ObjectNode node, View view, boolean complete, List<String> only) {
        node.put("version", view.version());
        node.put("complete", complete);
        ArrayNode names = node.putArray("only");
        only.forEach(names::add);
    }

    /** Numbers, texts, lists and maps as they are; whatever else a value may be, as its text. */
    private static @Nullable Object plain(@Nullable Object value) {
        boolean known = value == null
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof List<?>
                || value instanceof Map<?, ?>;
        return known ? value : String.valueOf(value);
    }
}
