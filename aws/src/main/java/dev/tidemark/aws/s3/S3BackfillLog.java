package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.aws.Backoff;
import dev.tidemark.core.port.BackfillLog;
import dev.tidemark.core.stream.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The plans of backfills on S3 and what is done of them: {@code backfill/<generation>/<view version>/plan.json}, and
 * beside it {@code <lane>.done.json} for each lane whose records are in. Objects are written once and never changed.
 * Thread-safe.
 */
public final class S3BackfillLog implements BackfillLog {

    private static final String ROOT = "backfill/";
    private static final String PLAN = "plan.json";
    private static final String DONE = ".done.json";
    private static final String CONTENT_TYPE = "application/json";
    private static final long FORMAT_VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

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

    /** What says that a lane's records are all in, by being there. */
    public static String doneKey(String generation, String viewVersion, String laneId) {
        return prefix(generation, viewVersion) + laneId + DONE;
    }

    private static String prefix(String generation, String viewVersion) {
        return ROOT + generation + "/" + viewVersion + "/";
    }

    static byte[] write(Plan plan) {
        return json(out -> {
            out.writeStringField("generation", plan.generation());
            out.writeStringField("view", plan.view());
            out.writeStringField("view_version", plan.viewVersion());
            out.writeNumberField("last_manifest", plan.lastManifest());
            out.writeObjectFieldStart("acts");
            for (Map.Entry<String, Position> act : new TreeMap<>(plan.acts()).entrySet()) {
                out.writeStringField(act.getKey(), act.getValue().text());
            }
            out.writeEndObject();
        });
    }

    static byte[] write(Done done) {
        return json(out -> {
            out.writeStringField("lane", done.laneId());
            out.writeStringField("act", done.act().text());
            out.writeNumberField("records", done.records());
            out.writeNumberField("time", done.timeMillis());
        });
    }

    static Plan readPlan(String key, byte[] bytes) {
        Map<String, Position> acts = new HashMap<>();
        Map<String, String> fields = read(key, bytes, acts);
        Plan plan = new Plan(
                field(key, fields, "generation"),
                field(key, fields, "view"),
                field(key, fields, "view_version"),
                acts,
                number(key, fields, "last_manifest"));
        if (!key.equals(planKey(plan.generation(), plan.viewVersion()))) {
            throw new InvalidObjectException(
                    key + " holds the plan of view version " + plan.viewVersion() + ": it was moved or copied");
        }
        return plan;
    }

    static Done readDone(String key, byte[] bytes) {
        Map<String, String> fields = read(key, bytes, new HashMap<>());
        Done done = new Done(
                field(key, fields, "lane"),
                Position.parse(field(key, fields, "act")),
                number(key, fields, "records"),
                number(key, fields, "time"));
        if (!key.endsWith("/" + done.laneId() + DONE)) {
            throw new InvalidObjectException(
                    key + " is the note of lane " + done.laneId() + ": it was moved or copied");
        }
        return done;
    }

    private interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNumberField("format", FORMAT_VERSION);
            content.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The fields of an object as text; what lies in its one inner object, as positions. */
    private static Map<String, String> read(String key, byte[] bytes, Map<String, Position> acts) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser in = JSON.createParser(bytes)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidObjectException(key + " is no JSON object");
            }
            boolean inner = false;
            while (inner || in.nextToken() != JsonToken.END_OBJECT) {
                if (inner && in.nextToken() == JsonToken.END_OBJECT) {
                    inner = false;
                    continue;
                }
                String name = in.currentName();
                JsonToken value = in.nextToken();
                if (value == null || name == null) {
                    throw new InvalidObjectException(key + " ends in the middle");
                }
                if (value == JsonToken.START_OBJECT) {
                    inner = true;
                } else if (inner) {
                    acts.put(name, Position.parse(in.getText()));
                } else {
                    fields.put(name, in.getText());
                }
            }
        } catch (IOException e) {
            throw new InvalidObjectException(key + " is damaged: " + e.getMessage());
        }
        if (number(key, fields, "format") != FORMAT_VERSION) {
            throw new InvalidObjectException(key + " has format " + fields.get("format")
                    + "; this release reads format " + FORMAT_VERSION + " only");
        }
        return fields;
    }

    private static String field(String key, Map<String, String> fields, String name) {
        @Nullable String value = fields.get(name);
        if (value == null) {
            throw new InvalidObjectException(key + " lacks '" + name + "'");
        }
        return value;
    }

    private static long number(String key, Map<String, String> fields, String name) {
        try {
            return Long.parseLong(field(key, fields, name));
        } catch (NumberFormatException e) {
            throw new InvalidObjectException(key + ": '" + name + "' is no number");
        }
    }
}
