package dev.tidemark.cdk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

/**
 * The template as a stack of its own, for {@code cdk synth} and {@code cdk deploy} in infra/cdk. The context of cdk.json
 * says what is deployed: {@code stack}, {@code catalog}, {@code next}, {@code functionJar}, {@code learningJar}, {@code
 * stream}, {@code createStream}, {@code moreStreams} (names with commas between) and {@code parameters}. Who needs more writes an app
 * around {@link TidemarkFeatures}.
 */
public final class TidemarkApp {

    private final App app;

    private TidemarkApp(App app) {
        this.app = app;
    }

    public static void main(String[] args) {
        App app = new App();
        try {
            new TidemarkApp(app).define();
        } catch (IllegalArgumentException e) {
            // A mistake of the user: the message says it all, a stack trace would bury it.
            System.err.println(e.getMessage());
            System.exit(1);
        }
        app.synth();
    }

    private void define() {
        String name = required("stream");
        FeatureStream stream = Boolean.parseBoolean(required("createStream"))
                ? new FeatureStream.Created(name)
                : new FeatureStream.Named(name);
        List<FeatureStream> streams = new ArrayList<>(List.of(stream));
        String more = text("moreStreams");
        if (more != null && !more.isBlank()) {
            Stream.of(more.split(","))
                    .map(String::strip)
                    .map(FeatureStream.Named::new)
                    .forEach(streams::add);
        }
        String next = text("next");
        String learning = text("learningJar");
        FeaturesProps props = new FeaturesProps(
                        Path.of(required("catalog")),
                        Path.of(required("functionJar")),
                        streams.toArray(FeatureStream[]::new))
                .withSettings(FeaturesProps.Settings.DEFAULTS.withOthers(parameters()));
        if (next != null) {
            props = props.withNextCatalog(Path.of(next));
        }
        if (learning != null) {
            props = props.withLearningJar(Path.of(learning));
        }
        new TidemarkFeatures(new Stack(app, required("stack")), "Features", props).acknowledgeFindings();
    }

    private Map<String, String> parameters() {
        Map<String, String> all = new TreeMap<>();
        if (app.getNode().tryGetContext("parameters") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> all.put(String.valueOf(name), String.valueOf(value)));
        }
        return all;
    }

    private String required(String key) {
        String value = text(key);
        if (value == null) {
            throw new IllegalArgumentException(
                    "The context says no " + key + ": set it in cdk.json, or say -c " + key + "=VALUE");
        }
        return value;
    }

    private @Nullable String text(String key) {
        Object value = app.getNode().tryGetContext(key);
        return value == null ? null : value.toString();
    }
}
