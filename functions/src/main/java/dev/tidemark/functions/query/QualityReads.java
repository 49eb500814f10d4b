package dev.tidemark.functions.query;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.monitor.QualityJson;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityServer;
import dev.tidemark.core.monitor.TrainingProfile;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads of a model's quality. */
final class QualityReads {

    private final Catalogs catalogs;
    private final FeatureServer server;
    private final ProgressCache progress;
    private final Baselines baselines;
    private final ClientSamples clients;

    QualityReads(
            Catalogs catalogs,
            FeatureServer server,
            ProgressCache progress,
            Baselines baselines,
            ClientSamples clients) {
        this.catalogs = catalogs;
        this.server = server;
        this.progress = progress;
        this.baselines = baselines;
        this.clients = clients;
    }

    String answer(Route.Quality route, Parameters parameters, long nowMillis, RequestCost cost) {
        Catalog catalog =
                catalogs.served(EntityReads.await(progress.get(nowMillis)).control());
        Monitor monitor = monitor(catalog, route.model());
        Long at = parameters.atMillis();
        QualityServer.Question question = new QualityServer.Question(
                monitor,
                windows(monitor, parameters.names("window")),
                versions(parameters.names("version")),
                at == null ? nowMillis : at,
                slice(monitor, parameters.text("slice")));
        Queue<List<Answer>> read = new ConcurrentLinkedQueue<>();
        QualityServer quality = new QualityServer(
                (view, names, entities, atMillis) -> server.answer(
                                plan(view, names, atMillis, nowMillis), entities, nowMillis)
                        .whenComplete((answers, failure) -> {
                            if (answers != null) {
                                read.add(answers);
                            }
                        }),
                nowMillis);
        long stale = Optional.ofNullable(
                        catalog.model(route.model()).orElseThrow().staleAfterMillis())
                .orElse(QualityServer.USUAL_STALE_MILLIS);
        Map<String, ClientSample> sampled = at == null ? clients.newest(monitor, nowMillis) : Map.of();
        QualityReport report = EntityReads.await(quality.report(question, training(monitor), stale, sampled));
        read.forEach(cost::read);
        return QualityJson.of(report);
    }

    private static QueryPlan plan(View view, List<String> names, long atMillis, long nowMillis) {
        try {
            return QueryPlan.of(view, names, atMillis, nowMillis);
        } catch (Unanswerable e) {
            throw new Unanswerable(
                    e.describe(),
                    "leave out 'at', or ask about a moment within the retention; tidemark monitor --replay tells any past one");
        }
    }

    private @Nullable TrainingProfile training(Monitor monitor) {
        return monitor.baseline() instanceof Monitor.TrainingSet set ? baselines.read(set) : null;
    }

    private static Monitor monitor(Catalog catalog, String name) {
        return catalog.monitor(name)
                .orElseThrow(() -> new RequestProblem(new Problem(
                        Problem.Kind.UNKNOWN_MODEL,
                        catalog.model(name).isPresent()
                                ? "model " + Quoted.of(name) + " has no monitor"
                                : "the catalog has no model " + Quoted.of(name),
                        "use one of the available models, or give this one a monitor in the catalog",
                        catalog.monitors().stream().map(Monitor::model).toList())));
    }

    private static List<Window> windows(Monitor monitor, @Nullable List<String> wanted) {
        if (wanted == null) {
            return monitor.windows();
        }
        List<Window> windows = new ArrayList<>();
        for (String text : wanted) {
            windows.add(monitor.windows().stream()
                    .filter(window -> window.text().equals(text))
                    .findFirst()
                    .orElseThrow(() ->
                            unknown("window", text, monitor.windows().stream().map(Window::text))));
        }
        return windows;
    }

    private static @Nullable List<String> versions(@Nullable List<String> wanted) {
        if (wanted != null && (wanted.size() > QualityServer.MAX_VERSIONS || wanted.contains(""))) {
            throw new RequestProblem(
                    Problem.Kind.BAD_PARAMETER,
                    "parameter 'version' names " + wanted.size() + " versions, or one without a name",
                    "name 1 to " + QualityServer.MAX_VERSIONS + ", separated by commas");
        }
        return wanted;
    }

    private static @Nullable String slice(Monitor monitor, @Nullable String wanted) {
        if (wanted != null
                && monitor.slices().stream().noneMatch(slice -> slice.name().equals(wanted))) {
            throw unknown("slice", wanted, monitor.slices().stream().map(Monitor.Slice::name));
        }
        return wanted;
    }

    private static RequestProblem unknown(String what, String text, Stream<String> known) {
        return new RequestProblem(new Problem(
                Problem.Kind.BAD_PARAMETER,
                "the monitor has no " + what + " " + Quoted.of(text),
                "use one of the available ones",
                known.toList()));
    }
}
