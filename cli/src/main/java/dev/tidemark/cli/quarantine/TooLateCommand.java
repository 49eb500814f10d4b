package dev.tidemark.cli.quarantine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.past.TooLateEvents;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds events that came after a view's retention: they are in the archive, and count nowhere. */
@Command(
        name = "too-late",
        description = "List the events that came too late for a view, from the archive.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class TooLateCommand extends CatalogCommand {

    private static final Duration A_DAY = Duration.ofDays(1);

    @Parameters(paramLabel = "VIEW", description = "The view's name.")
    private String view;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Only events that arrived at this moment (ISO 8601) or later. Default: a day before --to.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "Only events that arrived before this moment (ISO 8601). Default: now.")
    private @Nullable String to;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Show so many at most; all are counted. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--json", description = "Print one JSON object per event, without the count.")
    private boolean json;

    private long found;

    @Override
    public Integer call() {
        // What arrived this very second is in.
        Instant end =
                to == null ? Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1) : Moments.parse("--to", to);
        Instant start = from == null ? end.minus(A_DAY) : Moments.parse("--from", from);
        Catalog definitions = catalog.compile(deployment);
        View wanted = CatalogOption.view(definitions, view);
        PrintWriter out = out();
        try (Stores stores = deployment.open()) {
            Catalog.Source source = definitions.sourceOf(wanted);
            TooLateEvents events = new TooLateEvents(stores.past(), source, wanted);
            stores.await(events.find(start.toEpochMilli(), end.toEpochMilli(), event -> {
                found++;
                if (found <= limit) {
                    out.println(json ? toJson(source.stream(), event) : describe(event));
                }
            }));
        }
        if (!json) {
            if (found > limit) {
                out.println("... and " + (found - limit) + " more: show them with --limit");
            }
            out.println(Plural.of(found, "event") + " too late for view " + view + " (retention "
                    + Window.formatDuration(wanted.retentionMillis()) + "), arrived from " + start + " to " + end);
        }
        return 0;
    }

    private static String describe(TooLateEvents.Event event) {
        return event.liveLaneId() + "  " + event.record().position().text() + "  arrived "
                + Instant.ofEpochMilli(event.record().arrivalMillis()) + ", event time "
                + Instant.ofEpochMilli(event.eventTimeMillis()) + redriven(event);
    }

    private static String redriven(TooLateEvents.Event event) {
        return event.redrive() == 0 ? "" : "  (redriven, by redrive " + event.redrive() + ")";
    }

    private static String toJson(String stream, TooLateEvents.Event event) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("stream", stream);
        line.put("lane", event.liveLaneId());
        line.put("position", event.record().position().text());
        line.put("arrival", Instant.ofEpochMilli(event.record().arrivalMillis()).toString());
        line.put("eventTime", Instant.ofEpochMilli(event.eventTimeMillis()).toString());
        line.put("partitionKey", event.record().partitionKey());
        if (event.redrive() != 0) {
            line.put("redrive", event.redrive());
        }
        return QuarantineJson.write(line);
    }
}
