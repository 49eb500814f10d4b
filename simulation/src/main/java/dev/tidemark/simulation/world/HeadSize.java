package dev.tidemark.simulation.world;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.view.View;
import java.util.random.RandomGenerator;

/**
 * How large heads become in one run. A run has few events, so that a head of the usual size would hardly ever spill.
 *
 * @param maxBytes see {@link HeadRule}; no more than usual
 * @param maxTiles likewise
 */
public record HeadSize(int maxBytes, int maxTiles) {

    private static final HeadSize USUAL = new HeadSize(Integer.MAX_VALUE, Integer.MAX_VALUE);
    private static final int TINY_PER_CENT = 70;
    private static final int USUAL_PER_CENT = 10;
    private static final int MOST_TINY_BYTES = 60;
    private static final int MOST_TINY_TILES = 4;
    private static final int MOST_BYTES = 600;
    private static final int MOST_TILES = 24;

    static HeadSize draw(RandomGenerator dice) {
        int choice = dice.nextInt(100);
        if (choice < USUAL_PER_CENT) {
            return USUAL;
        }
        return choice < USUAL_PER_CENT + TINY_PER_CENT
                ? new HeadSize(1 + dice.nextInt(MOST_TINY_BYTES), 1 + dice.nextInt(MOST_TINY_TILES))
                : new HeadSize(1 + dice.nextInt(MOST_BYTES), 1 + dice.nextInt(MOST_TILES));
    }

    Catalog applyTo(Catalog catalog) {
        return new Catalog(
                catalog.hash(),
                catalog.sources(),
                catalog.references(),
                catalog.views().stream().map(this::applyTo).toList(),
                catalog.models(),
                catalog.monitors(),
                catalog.trainings(),
                catalog.notes(),
                catalog.json());
    }

    private View applyTo(View view) {
        HeadRule usual = view.head();
        HeadRule head = usual == null
                ? null
                : new HeadRule(
                        usual.hopMillis(),
                        Math.min(maxBytes, usual.maxBytes()),
                        Math.min(maxTiles, usual.maxTiles()),
                        usual.usefulMillis());
        return view.withState(view.ladder(), head);
    }
}
