package dev.tidemark.simulation.world;

import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/** Lambda's pool of sandboxes, and the alias that decides how often the new code runs instead of the old. */
final class Fleet {

    private final Engine engine;
    private final Cloud cloud;
    private final Plan plan;
    private final List<Sandbox> idle = new ArrayList<>();
    private int sharePerMille;
    private int started;

    Fleet(Engine engine, Cloud cloud, Plan plan) {
        this.engine = engine;
        this.cloud = cloud;
        this.plan = plan;
    }

    /** Points the alias. */
    void shareOfNewCode(int perMille) {
        sharePerMille = perMille;
        engine.note("alias", () -> "new code: " + perMille + " per mille");
    }

    /** A sandbox that does nothing else: a warm one if there is one, or a new one. */
    Sandbox take() {
        Code code = engine.random().nextInt(1000) < sharePerMille ? plan.after() : plan.before();
        idle.removeIf(sandbox -> !sandbox.isAlive());
        List<Sandbox> warm =
                idle.stream().filter(sandbox -> sandbox.code().is(code)).toList();
        if (warm.isEmpty() || engine.strikes(Dial.COLD_START)) {
            return new Sandbox((code.is(plan.before()) ? "old" : "new") + started++, code, engine, cloud);
        }
        Sandbox sandbox = warm.get(engine.random().nextInt(warm.size()));
        idle.remove(sandbox);
        return sandbox;
    }

    void giveBack(Sandbox sandbox) {
        idle.add(sandbox);
    }
}
