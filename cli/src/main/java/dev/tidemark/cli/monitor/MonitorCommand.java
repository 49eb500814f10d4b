package dev.tidemark.cli.monitor;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.monitor.QualityJson;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityServer;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.past.ClientAudit;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says how good a model is, and why it is not. */
@Command(
        name = "monitor",
        description =
                "Say how good a model is, by version and window, whether its checks hold, and if not, why. Exit code 1 "
                        + "if a check of the champion (or of any version, without one) fails.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class MonitorCommand extends CatalogCommand {

    @Parameters(index = "0", paramLabel = "MODEL", description = "The model's name; it has a monitor in the catalog.")
    private String model;

    @Option(
            names = "--window",
            split = ",",
            paramLabel = "A,B",
            description = "Only these of the monitor's windows, and those of its checks.")
    private List<String> windows = List.of();

    @Option(
            names = "--versions",
            split = ",",
            paramLabel = "A,B",
            description = "Only these versions. Default: the champion, and those with predictions.")
    private List<String> versions = List.of();

    @Option(names = "--slice", paramLabel = "NAME", description = "Add the quality for each value of this slice.")
    private @Nullable String slice;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "A past moment (ISO 8601); without --replay within the retention of the monitor's views.")
    private @Nullable String at;

    @Option(
            names = "--replay",
            description =
                    "Compute everything again from checkpoint and archive, with what is known today: for any moment.")
    private boolean replay;

    @Option(
            names = "--vectors",
            paramLabel = "N",
            description =
                    "Compute so many logged vectors of the last hour again and compare; 0 for none. Default: what the "
                            + "deployment's last audit found, and of a local run " + ClientAudit.USUAL_SIZE + ".")
    private @Nullable Integer vectors;

    @Option(names = "--json", description = "Print the whole report, as the API answers it.")
    private boolean json;

    @Override
    public Integer call() {
        try (Stores stores = deployment.open()) {
            Catalog definitions = catalog.compile(deployment);
            Monitor monitor = monitor(definitions, model);
            long nowMillis = System.currentTimeMillis();
            long atMillis = at == null ? nowMillis : Moments.parse("--at", at).toEpochMilli();
            if (atMillis > nowMillis) {
                throw new Failure("--at " + at + " lies in the future: leave it out to ask about now");
            }
            if (versions.contains("")) {
                throw new Failure("--versions names an empty version: write one or more, with commas between");
            }
            QualityServer.Question question = new QualityServer.Question(
                    monitor,
                    windows(monitor),
                    versions.isEmpty() ? null : versions,
                    atMillis,
                    slice == null ? null : slice(monitor, slice).name());
            QualityServer server = new QualityServer(
                    replay
                            ? past(new TimeTravel(Catalogs.of(definitions), stores.past()))
                            : live(stores, definitions, nowMillis),
                    replay ? null : (Long) nowMillis);
            long stale = Objects.requireNonNullElse(
                    definitions.model(model).orElseThrow().staleAfterMillis(), QualityServer.USUAL_STALE_MILLIS);
            QualityReport report = stores.await(server.report(
                    question, training(monitor, stores), stale, clients(stores, definitions, monitor, nowMillis)));
            out().print(ShownText.text(json ? QualityJson.of(report) + "\n" : QualityText.of(report)));
            out().flush();
            return report.status() == QualityReport.Status.FAIL ? 1 : 0;
        } catch (Unanswerable e) {
            throw new Failure(e.describe() + ": " + e.remedy());
        }
    }

    /** What logged vectors show now; nothing is known of them at a moment of the past. */
    private Map<String, ClientSample> clients(Stores stores, Catalog definitions, Monitor monitor, long nowMillis) {
        if (at != null || replay) {
            return Map.of();
        }
        Map<String, ClientSample> known = vectors != null
                ? Map.of()
                : stores.generation()
                        .map(generation ->
                                new ClientSamples(() -> stores.vectors(generation)).newest(monitor, nowMillis))
                        .orElse(Map.of());
        // Nobody audits a local run.
        int usual = known.isEmpty() && deployment.api().isPresent() ? ClientAudit.USUAL_SIZE : 0;
        int size = Objects.requireNonNullElse(vectors, usual);
        return size <= 0
                ? known
                : stores.await(
                        new ClientAudit(Catalogs.of(definitions), stores.past()).sample(monitor, size, nowMillis));
    }

    /** The monitor of a model. */
    static Monitor monitor(Catalog definitions, String model) {
        return definitions
                .monitor(model)
                .orElseThrow(() -> new Failure((definitions.model(model).isPresent()
                                ? "model '" + model + "' has no monitor"
                                : "the catalog has no model '" + model + "'")
                        + "; models with a monitor: "
                        + definitions.monitors().stream().map(Monitor::model).toList()));
    }

    private List<Window> windows(Monitor monitor) {
        List<Window> wanted = new ArrayList<>();
        for (String text : windows) {
            wanted.add(monitor.windows().stream()
                    .filter(window -> window.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new Failure("the monitor has no window '" + text + "'; it has "
                            + monitor.windows().stream().map(Window::text).toList())));
        }
        return windows.isEmpty() ? monitor.windows() : wanted;
    }

    /** The slice of a name. */
    static Monitor.Slice slice(Monitor monitor, String name) {
        return monitor.slices().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Failure("the monitor has no slice '" + name + "'; it has "
                        + monitor.slices().stream().map(Monitor.Slice::name).toList()));
    }

    /** Beside the catalog's file; of a running system's catalog, in this folder. Or in S3. */
    private @Nullable TrainingProfile training(Monitor monitor, Stores stores) {
        Path file = catalog.file().orElse(Path.of("catalog.yaml"));
        return monitor.baseline() instanceof Monitor.TrainingSet set
                ? Baselines.of(file, stores.objects()).read(set)
                : null;
    }

    private static QualityServer.Answers live(Stores stores, Catalog definitions, long nowMillis) {
        FeatureServer server = new FeatureServer(
                definitions, stores.items(), new ProgressCache(stores.control(), ProgressCache.DEFAULT_MAX_AGE_MILLIS));
        return (view, names, entities, atMillis) -> {
            try {
                return server.answer(QueryPlan.of(view, names, atMillis, nowMillis), entities, nowMillis);
            } catch (Unanswerable e) {
                throw new Unanswerable(
                        e.describe(), "ask about a moment that is within the retention, or with --replay");
            }
        };
    }

    /** One replay after the other: each reads what it needs of the archive. */
    private static QualityServer.Answers past(TimeTravel travel) {
        return (view, names, entities, atMillis) -> {
            CompletableFuture<List<Answer>> all = CompletableFuture.completedFuture(new ArrayList<>());
            for (String entity : entities) {
                TimeTravel.Question question =
                        new TimeTravel.Question(view, entity, names, atMillis, Set.of(Knowledge.NOW), 0);
                all = all.thenCompose(found -> travel.value(question).thenApply(past -> {
                    found.add(Objects.requireNonNull(past.now()));
                    return found;
                }));
            }
            return all;
        };
    }
}
