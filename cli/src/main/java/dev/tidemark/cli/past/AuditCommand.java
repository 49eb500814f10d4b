package dev.tidemark.cli.past;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointId;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.past.StateSample;
import dev.tidemark.core.serve.EntityText;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Replays the archive and compares: the live state item by item, or an answer that was given. */
@Command(
        name = "audit",
        description =
                "Replay the archive and compare the live state with it, item by item; or, with --receipt, answers "
                        + "that were given. Exit code 1 if there is a fault.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class AuditCommand extends CatalogCommand {

    private static final String LATEST = "latest";

    @Option(names = "--view", paramLabel = "VIEW", description = "Only this view. Default: all of the catalog.")
    private @Nullable String view;

    @Option(
            names = "--entities",
            paramLabel = "A,B",
            split = ",",
            description = "Only these entities of --view; the parts of a composite key joined by |.")
    private @Nullable List<String> entities;

    @Option(names = "--sample", paramLabel = "N", description = "Only so many entities, chosen by --seed.")
    private @Nullable Integer sample;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Which sample. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--parts",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Without --entities and --sample: go through archive and state so many times, with a part of the "
                            + "entities each time, which takes less memory. Default: ${DEFAULT-VALUE}.")
    private int parts;

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            description = "A file with answers as the API wrote them, single, batch or a model's: compute them again.")
    private @Nullable Path receipt;

    @Option(
            names = "--from-checkpoint",
            paramLabel = "CHECKPOINT|TIME|latest",
            description =
                    "Take a checkpoint for granted and replay only what came after it: this one, the latest, or the "
                            + "latest that was taken by a time like 2026-11-22T19:54:00Z. What does not go on from it (a view that "
                            + "was not complete, an older receipt) begins with the archive. Default: all begins with the archive, "
                            + "and nothing is taken for granted.")
    private @Nullable String from;

    @Override
    public Integer call() {
        check();
        Catalog definitions = catalog.compile(deployment);
        AuditReport report;
        try (Stores stores = deployment.open()) {
            report = receipt == null ? state(stores, definitions) : receipts(stores, definitions, receipt);
        }
        print(report);
        // If nothing could be compared, nothing is proven.
        boolean none = report.items() == 0 && report.count(Difference.Kind.DEFINITION) > 0;
        return none || report.count(Difference.Kind.FAULT) > 0 ? 1 : 0;
    }

    private void check() {
        int ways = (entities == null ? 0 : 1) + (sample == null ? 0 : 1) + (receipt == null ? 0 : 1);
        if (ways > 1) {
            throw new Failure("--entities, --sample and --receipt exclude each other: give one of them");
        }
        if (entities != null && view == null) {
            throw new Failure("entities of which view? Name it with --view");
        }
        boolean isMoment = byMillis() != Long.MAX_VALUE;
        if (isMoment && receipt != null) {
            throw new Failure(
                    "with --receipt, --from-checkpoint takes the id of a checkpoint or 'latest': an answer has"
                            + " a moment of its own");
        }
        if (parts < 1 || (sample != null && sample < 1)) {
            throw new Failure("--parts and --sample are numbers from 1 on");
        }
    }

    private AuditReport state(Stores stores, Catalog definitions) {
        long nowMillis = System.currentTimeMillis();
        List<View> views = view == null ? definitions.views() : List.of(CatalogOption.view(definitions, view));
        StateAudit audit = new StateAudit(Catalogs.of(definitions), stores.past(), stores.stateScan());
        AuditReport report = AuditReport.NONE;
        if (entities != null || sample != null) {
            Map<View, List<String>> chosen = chosen(stores, views);
            AuditStart start = new AuditStart(checkpoints(stores), byMillis(), chosen);
            for (Map.Entry<View, List<String>> of : chosen.entrySet()) {
                report = report.plus(stores.await(audit.audit(of.getKey(), of.getValue(), start, nowMillis)));
            }
            return report;
        }
        AuditStart start = new AuditStart(checkpoints(stores), byMillis(), Map.of());
        for (View each : views) {
            for (int part = 0; part < parts; part++) {
                report = report.plus(stores.await(audit.auditPart(each, part, parts, start, nowMillis)));
            }
        }
        return report;
    }

    private Map<View, List<String>> chosen(Stores stores, List<View> views) {
        if (entities != null) {
            View only = views.get(0);
            return Map.of(
                    only,
                    entities.stream().map(text -> EntityText.check(only, text)).toList());
        }
        return stores.await(new StateSample(stores.stateScan(), views, sample == null ? 1 : sample, seed).choose());
    }

    private Checkpoints checkpoints(Stores stores) {
        CheckpointStore store = stores.checkpoints();
        if (from == null) {
            return Checkpoints.none(store);
        }
        return CheckpointId.isId(from) ? Checkpoints.only(store, from) : Checkpoints.all(store);
    }

    /** The latest time at which the checkpoint was taken. */
    private long byMillis() {
        return from == null || from.equals(LATEST) || CheckpointId.isId(from)
                ? Long.MAX_VALUE
                : Moments.parse("--from-checkpoint", from).toEpochMilli();
    }

    private AuditReport receipts(Stores stores, Catalog definitions, Path file) {
        ReceiptAudit audit = new ReceiptAudit(stores, definitions, checkpoints(stores));
        AuditReport report = AuditReport.NONE;
        ModelReceiptAudit models = new ModelReceiptAudit(stores, definitions, checkpoints(stores));
        for (ReceiptFile.Answered answered : ReceiptFile.read(file)) {
            report = report.plus(
                    answered instanceof ReceiptFile.ServedModel model
                            ? models.audit(model)
                            : audit.audit((ReceiptFile.Served) answered));
        }
        return report;
    }

    private void print(AuditReport report) {
        PrintWriter out = out();
        for (Difference difference : report.differences()) {
            List<String> words = new ArrayList<>(List.of(
                    difference.kind().name().toLowerCase(Locale.ROOT),
                    difference.view(),
                    difference.entity(),
                    difference.item(),
                    difference.position()));
            words.removeIf(String::isEmpty);
            out.println(ShownText.line(String.join("  ", words)) + "\n    " + ShownText.line(difference.text()));
        }
        long named = report.differences().size();
        long all = report.counts().values().stream().mapToLong(Long::longValue).sum();
        if (all > named) {
            out.println("... and " + (all - named) + " more differences");
        }
        out.println((receipt == null ? Plural.of(report.items(), "item") : Plural.of(report.items(), "value"))
                + " compared with " + Plural.of(report.records(), "replayed record") + beginning(report) + ": "
                + Plural.of(report.count(Difference.Kind.FAULT), "fault") + ", "
                + report.count(Difference.Kind.LATE) + " late, " + report.count(Difference.Kind.DUPLICATE)
                + " duplicate, " + report.count(Difference.Kind.DEFINITION) + " definition");
    }

    /** Beginning with a checkpoint proves less, so the output says so. */
    private static String beginning(AuditReport report) {
        List<String> begins = report.begins().stream()
                .map(id -> id.equals(AuditReport.ARCHIVE) ? "the beginning of the archive" : "checkpoint " + id)
                .toList();
        return begins.isEmpty() ? "" : " from " + String.join(" and ", begins) + " on";
    }
}
