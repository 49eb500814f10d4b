package dev.tidemark.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Loads all of Tidemark's classes anew, the changed ones from a directory and the others from where this test has them, so
 * that they see each other and nothing of the real ones. Everything else is shared.
 */
final class VariantLoader extends ClassLoader {

    private static final String OURS = "dev.tidemark.";

    static {
        registerAsParallelCapable();
    }

    private final Path changed;

    VariantLoader(Path changed) {
        super(VariantLoader.class.getClassLoader());
        this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (InputStream original = getParent().getResourceAsStream(file)) {
            Path path = changed.resolve(file);
            if (Files.exists(path)) {
                byte[] bytes = Files.readAllBytes(path);
                return defineClass(name, bytes, 0, bytes.length);
            }
            if (original == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = original.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
