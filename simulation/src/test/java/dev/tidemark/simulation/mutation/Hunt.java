package dev.tidemark.simulation.mutation;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The simulation of one variant of the product. */
final class Hunt {

    private final LongFunction<?> check;

    private Hunt(LongFunction<?> check) {
        this.check = check;
    }

    /**
     * @param checkClass a public class with a public constructor without arguments that implements
     *     {@code LongFunction<@Nullable String>}: null if the seed passes, else the failure in a line
     * @param classes an empty directory
     */
    static Hunt of(Mutant mutant, String checkClass, Path classes) {
        Sources.compile(mutant.sources(Product.besideThisModule()), classes);
        return in(classes, checkClass);
    }

    /** Of the product as it is. */
    static Hunt ofProduct(String checkClass, Path emptyDirectory) {
        return in(emptyDirectory, checkClass);
    }

    private static Hunt in(Path classes, String checkClass) {
        try {
            Class<?> loaded = Class.forName(checkClass, true, new VariantLoader(classes));
            return new Hunt((LongFunction<?>) loaded.getConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(checkClass + " cannot be loaded with the variant's classes", e);
        }
    }

    /** @return the failure; null if the seed passes */
    @Nullable
    String failure(long seed) {
        String failure = (String) check.apply(seed);
        if (failure != null && failure.contains(UnsupportedOperationException.class.getName())) {
            throw new IllegalStateException("the simulation cannot run the variant: " + failure);
        }
        return failure;
    }

    /** The first of some seeds that fails. */
    OptionalLong firstFailing(LongStream seeds) {
        return seeds.filter(seed -> failure(seed) != null).findFirst();
    }
}
