package dev.tidemark.simulation.past;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.query.QueryFunction;
import dev.tidemark.oracle.Answers;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.world.Code;
import dev.tidemark.simulation.world.World;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Asks for values during the whole run, as a model would, and keeps every answer, as an auditor would. */
public final class Clerk implements World.Guest {

    private static final int QUESTIONS = 12;
    private static final int USERS = 6;

    private final List<Kept> kept = new ArrayList<>();
    private final BooleanSupplier isRedriven;

    /** @param isRedriven whether no redrive is in progress */
    public Clerk(BooleanSupplier isRedriven) {
        this.isRedriven = isRedriven;
    }

    /**
     * A served answer.
     *
     * @param text the body, as it was sent
     * @param quiet whether nothing was in flight: everything that had arrived was folded, and so was every redrive
     * @param arrived how many user records each shard had
     */
    public record Kept(
            View view,
            String entity,
            long atMillis,
            String text,
            JsonNode body,
            boolean quiet,
            Map<String, Integer> arrived) {}

    @Override
    public void join(World.Scene scene) {
        for (int i = 0; i < QUESTIONS; i++) {
            scene.engine().after(scene.engine().between(0, scene.plan().endMillis() + 60_000), () -> ask(scene));
        }
    }

    /** In the order in which they were given. */
    public List<Kept> answers() {
        return List.copyOf(kept);
    }

    private void ask(World.Scene scene) {
        Code code = scene.engine().random().nextBoolean()
                ? scene.plan().before()
                : scene.plan().after();
        List<View> views = code.catalog().views();
        View view = views.get((int) scene.engine().between(0, views.size() - 1));
        String user = "u" + scene.engine().between(0, USERS - 1);
        String item = "i" + scene.engine().between(0, 3);
        String entity = entity(view, user, item);
        long atMillis = scene.engine().nowMillis();
        String text = answer(scene.cloud(), code.catalog(), view, entity, atMillis);
        kept.add(new Kept(
                view,
                entity,
                atMillis,
                text,
                Answers.read(text),
                scene.caughtUp().getAsBoolean() && isRedriven.getAsBoolean(),
                arrived(scene)));
    }

    static String entity(View view, String user, String item) {
        return view.entity().size() == 2
                ? user + "|" + item
                : view.entity().get(0).name().equals("user") ? user : item;
    }

    static Map<String, Integer> arrived(World.Scene scene) {
        return scene.ledger().shards().stream()
                .collect(Collectors.toMap(
                        shard -> shard, shard -> scene.ledger().of(shard).size()));
    }

    static String answer(Cloud cloud, Catalog catalog, View view, String entity, long atMillis) {
        Backoff none = new Backoff(millis -> CompletableFuture.completedFuture(null), () -> 0);
        ItemStore items = new DynamoItemStore(cloud.direct(), cloud.direct(), "state", CapacityMeter.NONE, none);
        ControlStore control = new DynamoControlStore(cloud.direct(), cloud.direct(), "control", CapacityMeter.NONE);
        QueryFunction function =
                QueryFunction.of(Catalogs.of(catalog), items, control, () -> Instant.ofEpochMilli(atMillis));
        APIGatewayProxyResponseEvent response = function.handleRequest(
                new APIGatewayProxyRequestEvent()
                        .withHttpMethod("GET")
                        .withPath("/v1/views/" + view.name() + "/entities/"
                                + URLEncoder.encode(entity, StandardCharsets.UTF_8)),
                null);
        if (response.getStatusCode() != 200) {
            throw new IllegalStateException("a query was answered with " + response.getBody());
        }
        return response.getBody();
    }
}
