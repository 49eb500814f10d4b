package dev.tidemark.simulation.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule of docs/protocol.md, broken in the product's own code: the simulation must fail within {@value #SEEDS} seeds. It
 * starts with the seed that docs/protocol.md records, so that a build is soon done.
 *
 * <p>{@code -Dtidemark.variants=search} looks for the first seed of each anew, and writes the table.
 * {@code -Dtidemark.variants=escaping} looks whether one is found that used to escape; that takes half an hour.
 */
class MutationTest {

    static final long SEEDS = 2_000;

    private static final boolean SEARCHES = "search".equals(System.getProperty("tidemark.variants"));
    private static final boolean TRIES_ESCAPING = "escaping".equals(System.getProperty("tidemark.variants"));

    /** How a variant fared. */
    private record Fate(OptionalLong seed, String failure) {}

    private static final Map<Mutant, CompletableFuture<Fate>> FATES = new HashMap<>();
    private static final Map<String, Long> RECORDED = SEARCHES ? Map.of() : MutantTable.seeds();

    @BeforeAll
    static void simulateAll(@TempDir Path directory) throws IOException {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<Mutant> mutants = new ArrayList<>(Mutants.ALL);
        if (TRIES_ESCAPING) {
            mutants.addAll(Mutants.ESCAPING);
        }
        for (Mutant mutant : mutants) {
            Path classes = Files.createDirectory(directory.resolve(Integer.toString(FATES.size())));
            FATES.put(mutant, CompletableFuture.supplyAsync(() -> simulate(mutant, classes), workers));
        }
        workers.shutdown();
    }

    /** Their classes are in a directory that is about to be deleted. */
    @AfterAll
    static void awaitAll() {
        FATES.values().forEach(fate -> fate.handle((done, failure) -> done).join());
    }

    private static Fate simulate(Mutant mutant, Path classes) {
        Hunt hunt = Hunt.of(mutant, mutant.check(), classes);
        Long recorded = RECORDED.get(mutant.toString());
        LongStream seeds = LongStream.range(0, SEEDS);
        OptionalLong found =
                hunt.firstFailing(recorded == null ? seeds : LongStream.concat(LongStream.of(recorded), seeds));
        return new Fate(found, found.isPresent() ? String.valueOf(hunt.failure(found.getAsLong())) : "");
    }

    static Stream<Mutant> mutants() {
        return Mutants.ALL.stream();
    }

    private static Fate fate(Mutant mutant) {
        return FATES.getOrDefault(mutant, new CompletableFuture<>()).join();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void theSimulationFindsTheVariant(Mutant mutant) {
        Fate fate = fate(mutant);
        assertThat(fate.seed()).as("no seed below " + SEEDS + " finds it").isPresent();
        System.out.println(mutant + "\n    seed " + fate.seed().getAsLong() + ": " + fate.failure());
    }

    static Stream<Mutant> escaping() {
        return Mutants.ESCAPING.stream();
    }

    /** They are kept fit to be found. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("escaping")
    void whatEscapesIsStillAVariantOfTheCode(Mutant mutant, @TempDir Path classes) throws IOException {
        Sources.compile(mutant.sources(Product.besideThisModule()), classes);
        try (Stream<Path> files = Files.walk(classes)) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
        }
        if (TRIES_ESCAPING) {
            Fate fate = fate(mutant);
            assertThat(fate.seed())
                    .as("it is found now, so it belongs to Mutants.ALL: " + fate.failure())
                    .isEmpty();
        }
    }

    /** Otherwise a seed that fails would say nothing about the variant. */
    @Test
    void theProductPassesTheSeedsThatFindVariants(@TempDir Path none) {
        Map<String, Set<Long>> seeds = new TreeMap<>();
        Mutants.ALL.forEach(mutant -> fate(mutant)
                .seed()
                .ifPresent(seed -> seeds.computeIfAbsent(mutant.check(), check -> new TreeSet<>())
                        .add(seed)));
        seeds.forEach((check, found) -> {
            Hunt product = Hunt.ofProduct(check, none);
            found.forEach(seed -> assertThat(product.failure(seed))
                    .as("%s of seed %d", check, seed)
                    .isNull());
        });
    }

    @Test
    void theTableSaysWhichSeedFindsWhat() {
        Map<Mutant, OptionalLong> found = new HashMap<>();
        Mutants.ALL.forEach(mutant -> found.put(mutant, fate(mutant).seed()));
        String rows = MutantTable.rows(Mutants.ALL, found);
        if (SEARCHES) {
            MutantTable.write(rows);
        }
        assertThat(MutantTable.read())
                .as("run this test with -Dtidemark.variants=search to write the table anew")
                .isEqualTo(rows);
    }

    @Test
    void everyRuleOfTheFoldIsBroken() {
        List<String> rules = List.of(
                "P1", "P2", "P3", "L1", "L2", "L3", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "T1", "T3",
                "U1", "U2", "U3", "U4", "U5", "U6", "J1", "J2", "B1", "Q1");
        assertThat(Mutants.ALL.stream().map(Mutant::rule).distinct()).containsAll(rules);
    }
}
