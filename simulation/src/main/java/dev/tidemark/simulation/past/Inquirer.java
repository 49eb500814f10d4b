package dev.tidemark.simulation.past;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.serve.AnswerJson;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.simulation.check.Verdict;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import dev.tidemark.simulation.world.Code;
import dev.tidemark.simulation.world.Plan;
import dev.tidemark.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Asks over the network, about events that have just been sent: the rows and items of one answer are read at different
 * moments, while events are folded (rule U4). Keeps every answer, as {@link Clerk} does.
 */
public final class Inquirer implements World.Guest {

    private static final int QUESTIONS = 24;
    private static final long SOON_MILLIS = 4_000;

    private final List<Asked> asked = new ArrayList<>();

    /** @param oracle of the code that answered */
    private record Asked(Clerk.Kept kept, Oracle oracle) {}

    /** Nothing is asked yet. */
    public Inquirer() {}

    /** In the order in which they were given. */
    public List<Clerk.Kept> answers() {
        return asked.stream().map(Asked::kept).toList();
    }

    /** Reports answers that cannot be: of a run in which nothing but the lanes folds. */
    public void judge(Verdict verdict) {
        for (Asked one : asked) {
            Clerk.Kept kept = one.kept();
            verdict.judgeInFlight(
                    kept.view(), one.oracle(), kept.entity(), kept.atMillis(), kept.body(), kept.arrived());
        }
    }

    @Override
    public void join(World.Scene scene) {
        Engine engine = scene.engine();
        List<Plan.Sent> sent = scene.plan().sent();
        for (int i = 0; i < QUESTIONS; i++) {
            Plan.Sent about = sent.get(engine.aside().nextInt(sent.size()));
            Code code = engine.aside().nextBoolean()
                    ? scene.plan().before()
                    : scene.plan().after();
            List<View> views = code.catalog().views();
            View view = views.get(engine.aside().nextInt(views.size()));
            String user = about.events().get(0).partitionKey();
            String entity = Clerk.entity(view, user, "i" + engine.aside().nextInt(4));
            String name = "inquirer" + i;
            engine.after(
                    about.atMillis() + engine.aside().nextLong(SOON_MILLIS),
                    () -> Worker.start(name, engine, scene.cloud(), worker -> ask(scene, worker, code, view, entity)));
        }
    }

    private CompletableFuture<Boolean> ask(World.Scene scene, Worker worker, Code code, View view, String entity) {
        Catalogs catalogs = Catalogs.of(code.catalog());
        ChangePorts ports = worker.changePorts(catalogs);
        SlowQueries items = new SlowQueries(ports.items(), scene.engine(), ports.pause());
        long atMillis = scene.engine().nowMillis();
        QueryPlan plan = QueryPlan.of(view, null, null, atMillis);
        FeatureServer server = new FeatureServer(
                catalogs, items, new ProgressCache(ports.past().control(), ProgressCache.DEFAULT_MAX_AGE_MILLIS));
        return server.answer(plan, List.of(entity), atMillis).thenApply(answers -> {
            scene.engine()
                    .happened(
                            Happening.ANSWER_READ_AGAIN,
                            items.count() > plan.reads().size() ? 1 : 0);
            String text = new AnswerJson(catalogs, atMillis).single(answers.get(0), /* explain= */ false);
            asked.add(new Asked(
                    new Clerk.Kept(
                            view, entity, atMillis, text, Answers.read(text), /* quiet= */ false, Clerk.arrived(scene)),
                    code.oracle()));
            return true;
        });
    }
}
