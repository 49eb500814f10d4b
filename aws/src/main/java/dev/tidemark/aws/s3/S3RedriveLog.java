package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.RedriveLog;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The manifests of redrives on S3 (rule Q1): {@code redrive/<number>.jsonl.gz}, and beside it {@code
 * redrive/<number>.done.json} once all its records are folded; and {@code redrive/repairs/<view version>.json}, the
 * redrives from which a backfill takes payloads (rule B1). Objects are written once and never changed. Thread-safe.
 */
public final class S3RedriveLog implements RedriveLog {

    private static final String ROOT = "redrive/";
    private static final String MANIFEST = ".jsonl.gz";
    private static final String DONE = ".done.json";
    private static final String REPAIRS = ROOT + "repairs/";
    private static final String REPAIRS_END = ".json";

    private final S3Objects objects;

    public S3RedriveLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    /** Completes with {@link IllegalStateException} if a manifest is missing: its records could be claimed again. */
    @Override
    public CompletableFuture<Known> known() {
        return list(null, new TreeSet<>(), new TreeSet<>());
    }

    @Override
    public CompletableFuture<Manifest> read(long number) {
        return objects.get(key(number)).thenApply(bytes -> {
            Manifest manifest = ManifestFormat.read(bytes);
            if (manifest.number() != number) {
                throw new InvalidObjectException(
                        key(number) + " holds manifest " + manifest.number() + ": it was moved or copied");
            }
            return manifest;
        });
    }

    @Override
    public CompletableFuture<Boolean> append(Manifest manifest) {
        String key = key(manifest.number());
        byte[] body = ManifestFormat.write(manifest);
        return Numbered.append(objects, key, "application/gzip", body);
    }

    @Override
    public CompletableFuture<Void> finish(long number, long timeMillis) {
        String body = "{\"format\":1,\"number\":" + number + ",\"time\":" + timeMillis + "}";
        return objects.putOnce(doneKey(number), "application/json", body.getBytes(StandardCharsets.UTF_8))
                .thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Repairs> settle(Repairs repairs) {
        String key = repairsKey(repairs.viewVersion());
        return objects.putOnce(key, "application/json", write(repairs))
                .thenCompose(stored -> stored
                        ? CompletableFuture.completedFuture(repairs)
                        : objects.get(key).thenApply(bytes -> readRepairs(key, bytes)));
    }

    /** Lists the key first: without permission to list the whole bucket, S3 reports a missing object as forbidden. */
    @Override
    public CompletableFuture<Optional<Repairs>> repairs(String viewVersion) {
        String key = repairsKey(viewVersion);
        return objects.list(key, null, 1)
                .thenCompose(page -> page.keys().contains(key)
                        ? objects.get(key).thenApply(bytes -> Optional.of(readRepairs(key, bytes)))
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    static byte[] write(Repairs repairs) {
        return JsonObject.write(out -> {
            out.writeStringField("view", repairs.view());
            out.writeStringField("view_version", repairs.viewVersion());
            out.writeNumberField("last_manifest", repairs.lastManifest());
            JsonObject.writePositions(out, "acts", repairs.activations());
            Map<String, String> ancestors = new HashMap<>();
            repairs.ancestors().forEach((lane, before) -> ancestors.put(lane, String.join(" ", new TreeSet<>(before))));
            JsonObject.writeTexts(out, "ancestors", ancestors);
        });
    }

    static Repairs readRepairs(String key, byte[] bytes) {
        Repairs repairs = JsonObject.read(key, bytes, S3RedriveLog::repairs);
        if (!key.equals(repairsKey(repairs.viewVersion()))) {
            throw new InvalidObjectException(
                    key + " is about view version " + repairs.viewVersion() + ": it was moved or copied");
        }
        return repairs;
    }

    private static Repairs repairs(JsonObject object) {
        Map<String, Set<String>> ancestors = new HashMap<>();
        object.texts("ancestors").forEach((lane, before) -> ancestors.put(lane, Set.of(before.split(" "))));
        return new Repairs(
                object.text("view"),
                object.text("view_version"),
                object.positions("acts"),
                object.number("last_manifest"),
                ancestors);
    }

    /** Where the decision is stored from which redrives a view version takes payloads. */
    public static String repairsKey(String viewVersion) {
        return REPAIRS + viewVersion + REPAIRS_END;
    }

    /** Where a manifest is stored; the digits make keys sort by number. */
    public static String key(long number) {
        return ROOT + Numbered.digits(number) + MANIFEST;
    }

    /** Its existence says that a manifest's records are all folded. */
    public static String doneKey(long number) {
        return ROOT + Numbered.digits(number) + DONE;
    }

    private CompletableFuture<Known> list(@Nullable String after, Set<Long> manifests, Set<Long> done) {
        return objects.list(ROOT, after, KeyPage.MAX_KEYS).thenCompose(page -> {
            page.keys().forEach(key -> sort(key, manifests, done));
            return page.next() == null
                    ? CompletableFuture.completedFuture(new Known(Numbered.last(manifests, S3RedriveLog::key), done))
                    : list(page.next(), manifests, done);
        });
    }

    private static void sort(String key, Set<Long> manifests, Set<Long> done) {
        if (key.endsWith(MANIFEST)) {
            manifests.add(number(key, MANIFEST));
        } else if (key.endsWith(DONE)) {
            done.add(number(key, DONE));
        }
    }

    private static long number(String key, String suffix) {
        return Long.parseLong(key.substring(ROOT.length(), key.length() - suffix.length()));
    }
}
