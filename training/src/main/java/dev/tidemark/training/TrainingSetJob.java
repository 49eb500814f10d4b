package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import dev.tidemark.training.TrainingSetRequest.Imported;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.parquet.schema.Type;

/**
 * Makes a training set: divides the spine by entity, replays the archive once and divides what the entities need in the
 * same way, answers each part by itself, and puts the answers beside the rows.
 *
 * <p>Finished files stay in the folder, so that the same job continues when started again after a kill. Memory holds
 * the events of one part per thread, whatever the length of the archive and of the spine.
 */
public final class TrainingSetJob {

    /** Archived records grow by about this much when they are unpacked and spread over the views that fold them. */
    private static final long EXPANSION = 12;

    /** Of the files of the work: with another one an unfinished job cannot go on. */
    private static final int WORK_FORMAT = 3;

    private static final long PARTITION_BYTES = 48L << 20;
    private static final long PARTITION_ROWS = 100_000;
    private static final int MAX_PARTITIONS = 512;

    private static final String NOTHING_ARRIVED =
            "NO RECORD HAD ARRIVED by any row's moment, so every row is as if nothing"
                    + " had ever happened. History that was loaded arrived when it was loaded, however old it is";
    private static final String ASK_NOW = ": to go by when events happened, ask with --knowledge now";

    private final TrainingSetRequest request;
    private final HistoryPorts sources;
    private final Progress progress;
    private final LongSupplier clockMillis;
    private final int threads;
    private final long maxPartitionBytes;
    private final JobFiles files;

    /**
     * @param threads how many threads work at once
     * @param memoryBytes how much memory there is for all of them
     */
    public TrainingSetJob(
            TrainingSetRequest request,
            HistoryPorts sources,
            Progress progress,
            LongSupplier clockMillis,
            int threads,
            long memoryBytes) {
        this.request = request;
        this.sources = sources;
        this.progress = progress;
        this.clockMillis = clockMillis;
        this.threads = threads;
        this.maxPartitionBytes = memoryBytes / (3L * threads);
        this.files = new JobFiles(request.out());
    }

    /**
     * Makes the set, or the rest of it.
     *
     * @throws TrainingSetProblem if it cannot be made; a {@link dev.tidemark.core.store.DamagedArchive} names an
     *     object. Then no file exists that could be taken for a result
     */
    public TrainingSet run() {
        List<WantedView> targets = WantedViews.of(request);
        ObjectNode identity = identity(targets);
        JsonNode made = files.readJson(files.manifest());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            SpineFrom from = request.spineFrom();
            if (made == null && from != null) {
                MadeSpine spine = spine(from, targets);
                files.createFolders();
                spine.make(identity, clockMillis.getAsLong(), pool, threads);
            }
            identity.put("spineSha256", JobFiles.sha256(request.spine()));
            if (made != null) {
                files.checkSame(identity, made.path("request"));
                return report(made, true);
            }
            files.createFolders();
            return make(plan(targets, identity), identity, pool);
        } finally {
            end(pool);
        }
    }

    private MadeSpine spine(SpineFrom from, List<WantedView> targets) {
        if (from instanceof SpineFrom.Rows rows) {
            return RowSpine.of(request, rows, targets, files, sources, progress);
        }
        return new EventSpine(request, (SpineFrom.Events) from, targets, files, sources, progress);
    }

    /** After a failure the others stop at their next step, before this returns. */
    private static void end(ExecutorService pool) {
        pool.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private TrainingSet make(Plan plan, ObjectNode identity, ExecutorService pool) {
        spinePass(plan.targets()).divide(plan, files);
        try (PartitionedReader rows = new PartitionedReader(files.rows(), plan.buckets())) {
            new HistoryPass(
                            plan,
                            request.cut(),
                            files,
                            sources,
                            SpinePass.entities(plan, rows),
                            progress,
                            pool,
                            threads)
                    .run();
            answer(plan, rows, pool);
        }
        new AttributePass(request, plan, files, sources.inputs()).run();
        OutputPass.Written written = new OutputPass(request, plan, files, progress).write();
        if (!JobFiles.sha256(request.spine())
                .equals(identity.path("spineSha256").asText())) {
            throw new TrainingSetProblem(
                    request.spine() + " has changed while it was read: remove " + files.out() + " and start anew");
        }
        ObjectNode manifest = manifest(plan, identity, written);
        request.formats().stream().map(files::result).forEach(this::finish);
        finish(files.profile());
        files.writeJson(files.manifest(), manifest);
        files.removeWork();
        return report(manifest, false);
    }

    private void finish(Path file) {
        JobFiles.move(files.unfinished(file), file);
    }

    private SpinePass spinePass(List<WantedView> targets) {
        return new SpinePass(request.spine(), request.spineOptions(), targets, progress);
    }

    private void answer(Plan plan, PartitionedReader rows, ExecutorService pool) {
        progress.stage(Progress.Stage.ANSWERS, plan.buckets());
        List<PartitionedReader> events = new ArrayList<>();
        try {
            files.allEvents().forEach(file -> events.add(new PartitionedReader(file, plan.buckets())));
            PartitionAnswers answers = new PartitionAnswers(plan, files, rows, events, maxPartitionBytes);
            Waiting.onAll(IntStream.range(0, plan.buckets())
                    .mapToObj(bucket -> CompletableFuture.runAsync(
                            () -> {
                                answers.answer(bucket);
                                progress.advance(1);
                            },
                            pool))
                    .toList());
        } finally {
            end(pool);
            events.forEach(PartitionedReader::close);
        }
    }

    /** Decided when the job is new; a resumed job must have the same. */
    private Plan plan(List<WantedView> targets, ObjectNode identity) {
        JsonNode job = files.readJson(files.job());
        if (job != null) {
            files.checkSame(identity, job.path("request"));
            if (job.path("format").asInt() != WORK_FORMAT) {
                throw new TrainingSetProblem(files.out() + " holds a part of a training set that another version of"
                        + " Tidemark began: remove it, and the same command begins anew");
            }
            return new Plan(
                    targets,
                    request.knowledge(),
                    request.windowEnd(),
                    request.imported(),
                    job.path("partitions").asInt(),
                    job.path("rows").asLong(),
                    job.path("firstMillis").asLong(),
                    job.path("lastMillis").asLong(),
                    job.path("asOfMillis").asLong());
        }
        checkColumns(targets);
        long nowMillis = clockMillis.getAsLong();
        SpinePass.Extent extent = spinePass(targets).check(answeredSinceMillis(targets), nowMillis);
        long asOf = request.knowledge() == Knowledge.SERVED ? extent.lastMillis() : nowMillis;
        Plan plan = new Plan(
                targets,
                request.knowledge(),
                request.windowEnd(),
                request.imported(),
                partitions(targets, extent.rows()),
                extent.rows(),
                extent.firstMillis(),
                extent.lastMillis(),
                asOf);
        ObjectNode content = JobFiles.object();
        content.put("format", WORK_FORMAT);
        content.set("request", identity);
        content.put("partitions", plan.partitions());
        content.put("rows", plan.rows());
        content.put("firstMillis", plan.firstMillis());
        content.put("lastMillis", plan.lastMillis());
        content.put("asOfMillis", plan.asOfMillis());
        files.writeJson(files.job(), content);
        return plan;
    }

    /** I3: nothing was served before the seam. */
    private long answeredSinceMillis(List<WantedView> targets) {
        return targets.stream()
                .map(target -> target.source().seam())
                .filter(seam -> seam != null && request.imported() == Imported.SERVED)
                .mapToLong(Seam::untilMillis)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    /** Conflicting names are reported before anything is computed. */
    private void checkColumns(List<WantedView> targets) {
        try (Spine spine = new Spine(request.spine(), request.spineOptions(), targets)) {
            new OutputColumns(request, targets, spine.columns());
        }
    }

    private int partitions(List<WantedView> targets, long rows) {
        Set<String> streams =
                targets.stream().map(target -> target.source().stream()).collect(Collectors.toCollection(TreeSet::new));
        long bytes = 0;
        for (String stream : streams) {
            bytes += Waiting.on(sources.archive().list(stream, Long.MIN_VALUE, Long.MAX_VALUE)).segments().stream()
                    .mapToLong(ArchiveLog.SegmentRef::bytes)
                    .sum();
        }
        long partitions = 1 + Math.max(bytes * EXPANSION / PARTITION_BYTES, rows / PARTITION_ROWS);
        return (int) Math.min(MAX_PARTITIONS, Math.max(threads, partitions));
    }

    /** What makes two jobs the same, but for the spine's hash, which a spine has once it is made. */
    private ObjectNode identity(List<WantedView> targets) {
        ObjectNode identity = JobFiles.object();
        identity.putNull("spineSha256");
        SpineFrom from = request.spineFrom();
        if (from != null) {
            identity.set("spineFrom", json(from));
        }
        Model model = request.definition();
        if (model != null) {
            identity.put("model", model.hash());
        }
        identity.put("knowledge", request.knowledge().name().toLowerCase(Locale.ROOT));
        if (request.windowEnd() != WindowEnd.usual(request.knowledge())) {
            // Left out otherwise, so that sets from before there was a choice stay the same.
            identity.put("as", request.windowEnd().name().toLowerCase(Locale.ROOT));
        }
        if (request.imported() != Imported.AS_IF) {
            // Likewise.
            identity.put("history", request.imported().name().toLowerCase(Locale.ROOT));
        }
        ArrayNode catalogs = identity.putArray("catalogs");
        request.catalogs().stream().map(Catalog::hash).forEach(catalogs::add);
        ArrayNode views = identity.putArray("views");
        for (WantedView target : targets) {
            ObjectNode view = views.addObject();
            view.put("catalog", request.catalogs().get(target.definition()).hash());
            view.put("view", target.view().name());
            view.put("version", target.view().version());
            ArrayNode features = view.putArray("features");
            target.names().forEach(features::add);
        }
        ArrayNode formats = identity.putArray("formats");
        new TreeSet<>(request.formats())
                .forEach(format -> formats.add(format.name().toLowerCase(Locale.ROOT)));
        identity.put("exact", request.exact());
        if (request.timeColumn() != null) {
            identity.put("timeColumn", request.timeColumn());
        }
        identity.put("timeFormat", request.timeFormat().name().toLowerCase(Locale.ROOT));
        ObjectNode keys = identity.putObject("keyColumns");
        new TreeMap<>(request.keyColumns()).forEach(keys::put);
        return identity;
    }

    private static ObjectNode json(SpineFrom from) {
        return from instanceof SpineFrom.Rows rows ? json(rows) : json((SpineFrom.Events) from);
    }

    private static ObjectNode json(SpineFrom.Rows from) {
        ObjectNode json = JobFiles.object();
        json.set("cut", json(from.cut()));
        if (from.since() != null) {
            json.set("since", json(from.since()));
        }
        return json;
    }

    private static ObjectNode json(Cut cut) {
        return JobFiles.object()
                .put("model", cut.model())
                .put("number", cut.number())
                .put("sha256", cut.sha256());
    }

    private static ObjectNode json(SpineFrom.Events from) {
        ObjectNode json = JobFiles.object().put("source", from.source()).put("where", from.where());
        ObjectNode columns = json.putObject("columns");
        new TreeMap<>(from.columns()).forEach(columns::put);
        if (from.fromMillis() != Long.MIN_VALUE) {
            json.put("from", Instant.ofEpochMilli(from.fromMillis()).toString());
        }
        if (from.toMillis() != Long.MAX_VALUE) {
            json.put("to", Instant.ofEpochMilli(from.toMillis()).toString());
        }
        return json;
    }

    private ObjectNode manifest(Plan plan, ObjectNode identity, OutputPass.Written written) {
        ObjectNode manifest = JobFiles.object();
        manifest.set("request", identity);
        Model model = request.definition();
        if (model != null) {
            ObjectNode of =
                    manifest.putObject("model").put("name", model.name()).put("hash", model.hash());
            model.facts().forEach(of.putArray("facts")::add);
        }
        if (request.spineFrom() instanceof SpineFrom.Rows rows) {
            manifest.put("knowledge", request.knowledge().name().toLowerCase(Locale.ROOT));
            manifest.setAll(json(rows));
        }
        JsonNode references = files.readJson(JobFiles.reportOf(files.attributes()));
        if (references != null) {
            manifest.set("references", references);
        }
        manifest.put("rows", plan.rows());
        manifest.put("firstMoment", Instant.ofEpochMilli(plan.firstMillis()).toString());
        manifest.put("lastMoment", Instant.ofEpochMilli(plan.lastMillis()).toString());
        manifest.put("asOf", Instant.ofEpochMilli(plan.asOfMillis()).toString());
        ObjectNode archive = manifest.putObject("archive");
        for (Path events : files.allEvents()) {
            String lane = events.getFileName().toString().substring("events-".length());
            JsonNode report = files.readJson(files.eventsReport(lane));
            archive.set(lane, report == null ? JobFiles.object() : report);
        }
        Set<Long> assumed = new TreeSet<>();
        archive.fieldNames().forEachRemaining(lane -> assumed.add(Lane.importOf(lane)));
        assumed.remove(0L);
        if (!assumed.isEmpty()) {
            assumed.forEach(manifest.putArray("assumed")::add);
        }
        describe(written, plan, manifest.putArray("columns"));
        if (request.isComparison()) {
            ObjectNode comparison = manifest.putObject("comparison");
            comparison.put("rowsDifferent", written.rowsDifferent());
            ObjectNode features = comparison.putObject("different");
            for (int i = 0; i < written.pairs().size(); i++) {
                features.put(
                        written.pairs().get(i).feature(), written.different().get(i));
            }
        }
        List<String> notes = new ArrayList<>(written.notes());
        JsonNode spine = files.readJson(files.spineReport());
        if (spine != null) {
            ObjectNode of = manifest.putObject("spine");
            of.put("name", files.out().relativize(request.spine()).toString());
            of.set("leftOut", spine.path("leftOut"));
            RowSpine.FACTS.stream().filter(spine::has).forEach(fact -> manifest.set(fact, spine.path(fact)));
            spine.path("leftOut")
                    .properties()
                    .forEach(reason -> notes.add((request.cut() == null ? "events" : "predictions")
                            + " without a row in the spine, because of '" + reason.getKey() + "': "
                            + reason.getValue().asLong()));
        }
        if (plan.knowledge() == Knowledge.SERVED && !plan.targets().isEmpty() && !hasArrivals(archive)) {
            notes.add(0, request.cut() == null ? NOTHING_ARRIVED + ASK_NOW : NOTHING_ARRIVED);
        }
        if (plan.knowledge() == Knowledge.NOW) {
            plan.targets().forEach(target -> addEventTime(target.view(), notes));
        }
        notes.forEach(manifest.putArray("notes")::add);
        ArrayNode outputs = manifest.putArray("files");
        new TreeSet<>(request.formats()).forEach(format -> outputs.add(output(files.result(format))));
        String sha256 = outputs.path(0).path("sha256").asText();
        written.profile().writeTo(files.unfinished(files.profile()), sha256, request.definition());
        manifest.set("profile", output(files.profile()));
        return manifest;
    }

    private void describe(OutputPass.Written written, Plan plan, ArrayNode columns) {
        List<Approximations> byTarget = new ArrayList<>();
        plan.targets().forEach(target -> byTarget.add(new Approximations()));
        for (int bucket = 0; bucket < plan.buckets(); bucket++) {
            JsonNode report = files.readJson(files.answersReport(bucket));
            if (report != null) {
                byTarget.get(plan.targetOf(bucket).index()).add(report);
            }
        }
        int spineColumns = written.columns().size() - written.places().size();
        for (int i = 0; i < written.columns().size(); i++) {
            Type type = written.columns().get(i);
            ObjectNode column = columns.addObject()
                    .put("name", type.getName())
                    .put("type", type.toString().replaceAll("\\s+", " "));
            if (i >= spineColumns) {
                OutputColumns.Place place = written.places().get(i - spineColumns);
                column.put("values", place.type().text());
                OutputColumns.ViewValue value = place.of();
                if (value != null) {
                    byTarget.get(value.target().index()).describe(value.name(), plan.rows(), column);
                }
            }
        }
    }

    /** A label that came later may count at the prediction's time. */
    private static void addEventTime(View view, List<String> notes) {
        if (view.eventTime() != null) {
            notes.add("view '" + view.name()
                    + "' has an event_time of its own; if that lies before the event, a row as known"
                    + " now may hold what happened only later: then use --knowledge served");
        }
    }

    private static boolean hasArrivals(JsonNode archive) {
        for (JsonNode lane : archive) {
            if (lane.has("newestArrival")) {
                return true;
            }
        }
        return false;
    }

    private ObjectNode output(Path result) {
        Path file = files.unfinished(result);
        try {
            return JobFiles.object()
                    .put("name", file.getFileName().toString())
                    .put("bytes", Files.size(file))
                    .put("sha256", JobFiles.sha256(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private TrainingSet report(JsonNode manifest, boolean wasComplete) {
        List<Path> results = new ArrayList<>();
        manifest.path("files")
                .forEach(file ->
                        results.add(files.out().resolve(file.path("name").asText())));
        List<TrainingSet.Compared> compared = new ArrayList<>();
        manifest.path("comparison")
                .path("different")
                .properties()
                .forEach(feature -> compared.add(new TrainingSet.Compared(
                        feature.getKey(), feature.getValue().asLong())));
        return new TrainingSet(
                manifest.path("rows").asLong(),
                results,
                manifest.has("profile") ? files.profile() : null,
                files.manifest(),
                compared,
                manifest.path("comparison").path("rowsDifferent").asLong(),
                texts(manifest.path("notes")),
                wasComplete);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
