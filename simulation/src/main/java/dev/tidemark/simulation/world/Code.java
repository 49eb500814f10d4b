package dev.tidemark.simulation.world;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.Oracle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * One version of the deployed function: its catalog. Compiled once for all runs, because that takes longer than a run.
 * Each is there twice: the second differs in who packs the source's records, and counts those outside their shard too.
 *
 * @param number its place in the library
 * @param catalog as the product compiles it
 * @param oracle of the same catalog, over no records
 */
public record Code(int number, Catalog catalog, Oracle oracle) {

    private static final int CATALOGS = 32;
    private static final List<Code> ALL = all();

    /** The versions that runs draw from. */
    public static List<Code> library() {
        return ALL.subList(0, CATALOGS);
    }

    /** The same views of a source that any packer aggregates. */
    Code ofAnyPacker() {
        return ALL.get(CATALOGS + number);
    }

    /** The same views in other versions: of a source whose records others aggregate. */
    Code ofOtherPacker() {
        return ALL.get((number + CATALOGS) % ALL.size());
    }

    boolean dropsDuplicates() {
        return catalog.views().stream().anyMatch(view -> view.duplicates() != null);
    }

    boolean is(Code other) {
        return number == other.number;
    }

    /** The versions of its views. */
    public Set<String> versions() {
        return catalog.views().stream().map(View::version).collect(Collectors.toSet());
    }

    private static List<Code> all() {
        SplittableRandom random = new SplittableRandom(1);
        List<String> yamls = new ArrayList<>();
        for (int i = 0; i < CATALOGS; i++) {
            yamls.add(Views.catalog(someViews(random)));
        }
        for (int i = 0; i < CATALOGS; i++) {
            yamls.add(Views.ofAnyPacker(yamls.get(i)));
        }
        List<Code> codes = new ArrayList<>();
        for (String yaml : yamls) {
            codes.add(new Code(codes.size(), new CatalogCompiler().compile(yaml), new Oracle(yaml, List.of())));
        }
        return List.copyOf(codes);
    }

    /** Two to four, no two of one name. */
    private static List<Views.View> someViews(SplittableRandom random) {
        int wanted = 2 + random.nextInt(3);
        Map<String, Views.View> chosen = new LinkedHashMap<>();
        while (chosen.size() < wanted) {
            Views.View view = Views.ALL.get(random.nextInt(Views.ALL.size()));
            chosen.putIfAbsent(view.name(), view);
        }
        return List.copyOf(chosen.values());
    }
}
