package dev.tidemark.simulation.world;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import dev.tidemark.formats.EventFormats;
import dev.tidemark.oracle.Oracle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One version of the deployed function: its catalog. Compiled once for all runs, because that takes longer than a run.
 * Each is there in variants: who packs the source's records may differ, so that those outside their shard count too, its
 * views may have no heads, and there may be views of pairs beside them.
 *
 * @param number its place among all variants
 * @param catalog as the product compiles it, but for the size of heads
 * @param oracle of the same catalog, over no records
 */
public record Code(int number, Catalog catalog, Oracle oracle) {

    private static final int CATALOGS = 32;

    /** Bits of a number; those below tell the catalog. */
    private static final int ANY_PACKER = CATALOGS;

    private static final int WITHOUT_HEADS = 2 * CATALOGS;

    private static final int WITH_PAIRS = 4 * CATALOGS;

    private static final int OF_LINES = 8 * CATALOGS;

    private static final List<String> YAMLS = yamls();
    private static final Map<Integer, Code> COMPILED = new ConcurrentHashMap<>();

    /** The versions that runs draw from. */
    public static List<Code> library() {
        return IntStream.range(0, CATALOGS).mapToObj(Code::of).toList();
    }

    private static Code of(int number) {
        return COMPILED.computeIfAbsent(number, Code::compile);
    }

    private static Code compile(int number) {
        String plain = YAMLS.get(number % CATALOGS);
        String paired = (number & WITH_PAIRS) == 0 ? plain : Views.withPairs(plain);
        String packed = (number & ANY_PACKER) == 0 ? paired : Views.ofAnyPacker(paired);
        String headed = (number & WITHOUT_HEADS) == 0 ? packed : Views.withoutHeads(packed);
        String yaml = (number & OF_LINES) == 0 ? headed : Views.ofLines(headed);
        Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(yaml);
        return new Code(number, catalog, new Oracle(packed, List.of()));
    }

    /** The same views of a source that any packer aggregates. */
    Code ofAnyPacker() {
        return of(number | ANY_PACKER);
    }

    /** The same views in other versions: of a source whose records others aggregate. */
    Code ofOtherPacker() {
        return of(number ^ ANY_PACKER);
    }

    /** The same views, where every event goes into the items of all widths at once. */
    Code withoutHeads() {
        return of(number | WITHOUT_HEADS);
    }

    /** The same views of a source whose producers pack events as lines. */
    Code ofLines() {
        return of(number | OF_LINES);
    }

    boolean isOfLines() {
        return (number & OF_LINES) != 0;
    }

    /** The same views and two of pairs. */
    Code withPairs() {
        return of(number | WITH_PAIRS);
    }

    Code withHeads(HeadSize size) {
        return new Code(number, size.applyTo(of(number).catalog), oracle);
    }

    boolean dropsDuplicates() {
        return catalog.views().stream().anyMatch(view -> view.duplicates() != null);
    }

    /** Whether some of its views decide by what they remember of earlier events. */
    boolean remembers() {
        return catalog.views().stream().anyMatch(View::remembers);
    }

    /** Whether some of its heads expire. */
    boolean forgetsHeads() {
        return catalog.views().stream()
                .anyMatch(view -> view.head() != null && view.head().usefulMillis() != Window.UNBOUNDED);
    }

    boolean is(Code other) {
        return number == other.number;
    }

    /** The versions of its views. */
    public Set<String> versions() {
        return catalog.views().stream().map(View::version).collect(Collectors.toSet());
    }

    private static List<String> yamls() {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> Views.catalog(someViews(random)))
                .limit(CATALOGS)
                .toList();
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
