package dev.tidemark.simulation.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sources of the product, in the modules beside this one. */
final class Product {

    private final Path root;

    /** @param root the directory that has the modules */
    Product(Path root) {
        this.root = root;
    }

    static Product besideThisModule() {
        return new Product(Path.of(".."));
    }

    /** @param file as in {@link Mutant.Edit#file()} */
    String source(String file) {
        int slash = file.indexOf('/');
        Path path = root.resolve(file.substring(0, slash))
                .resolve("src/main/java")
                .resolve(file.substring(slash + 1) + ".java");
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException("a variant changes " + path + ", which cannot be read", e);
        }
    }
}
