package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.BackfillLog;
import dev.tidemark.core.stream.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The plans and progress of backfills on S3: {@code backfill/<generation>/<view version>/plan.json}, and beside it
 * {@code <lane>.done.json} for each lane whose records are in. Objects are written once and never changed. Thread-safe.
 */
public final class S3BackfillLog implements BackfillLog {

    private static final String ROOT = "backfill/";
    private static final String PLAN = "plan.json";
    private static final String DONE = ".done.json";
    private static final String CONTENT_TYPE = "application/json";

    private final S3Objects objects;

    public S3BackfillLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Plan> propose(Plan plan) {
        String key = planKey(plan.generation(), plan.viewVersion());
        return objects.putOnce(key, CONTENT_TYPE, write(plan))
                .thenCompose(stored -> stored
                        ? CompletableFuture.completedFuture(plan)
                        : objects.get(key).thenApply(bytes -> readPlan(key, bytes)));
    }

    @Override
    public CompletableFuture<Map<String, Done>> done(String generation, String viewVersion) {
        return objects.listAll(prefix(generation, viewVersion), null, null).thenCompose(found -> {
            List<CompletableFuture<Done>> reads = new ArrayList<>();
            for (S3Objects.Found object : found) {
                if (object.key().endsWith(DONE)) {
                    reads.add(objects.get(object.key()).thenApply(bytes -> readDone(object.key(), bytes)));
                }
            }
            return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
                    .thenApply(all -> {
                        Map<String, Done> done = new HashMap<>();
                        reads.forEach(read -> done.put(read.join().laneId(), read.join()));
                        return done;
                    });
        });
    }

    @Override
    public CompletableFuture<Void> finish(String generation, String viewVersion, Done done) {
        return objects.putOnce(doneKey(generation, viewVersion, done.laneId()), CONTENT_TYPE, write(done))
                .thenAccept(stored -> {});
    }

    /** Where a view version's plan is stored. */
    public static String planKey(String generation, String viewVersion) {
        return prefix(generation, viewVersion) + PLAN;
    }

    /** Its existence says that a lane is finished. */
    public static String doneKey(String generation, String viewVersion, String laneId) {
        return prefix(generation, viewVersion) + laneId + DONE;
    }

    private static String prefix(String generation, String viewVersion) {
        return ROOT + generation + "/" + viewVersion + "/";
    }

    static byte[] write(Plan plan) {
        return JsonObject.write(out -> {
            out.writeStringField("generation", plan.generation());
            out.writeStringField("view", plan.view());
            out.writeStringField("view_version", plan.viewVersion());
            JsonObject.writePositions(out, "acts", plan.activations());
        });
    }

    static byte[] write(Done done) {
        return JsonObject.write(out -> {
            out.writeStringField("lane", done.laneId());
            out.writeStringField("act", done.activatedAfter().text());
            out.writeNumberField("records", done.records());
            out.writeNumberField("time", done.timeMillis());
        });
    }

    static Plan readPlan(String key, byte[] bytes) {
        Plan plan = JsonObject.read(
                key,
                bytes,
                object -> new Plan(
                        object.text("generation"),
                        object.text("view"),
                        object.text("view_version"),
                        object.positions("acts")));
        if (!key.equals(planKey(plan.generation(), plan.viewVersion()))) {
            throw new InvalidObjectException(
                    key + " holds the plan of view version " + plan.viewVersion() + ": it was moved or copied");
        }
        return plan;
    }

    static Done readDone(String key, byte[] bytes) {
        Done done = JsonObject.read(
                key,
                bytes,
                object -> new Done(
                        object.text("lane"),
                        Position.parse(object.text("act")),
                        object.number("records"),
                        object.number("time")));
        if (!key.endsWith("/" + done.laneId() + DONE)) {
            throw new InvalidObjectException(
                    key + " is the note of lane " + done.laneId() + ": it was moved or copied");
        }
        return done;
    }
}
