package dev.tidemark.simulation.mutation;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles changed sources against the class path of this test. */
final class Sources {

    private Sources() {}

    /**
     * @param sources by file, as in {@link Mutant.Edit#file()}
     * @param classes where the classes go
     * @throws IllegalStateException if they do not compile
     */
    static void compile(Map<String, String> sources, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = sources.entrySet().stream()
                .<JavaFileObject>map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            manager.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
            List<String> options = List.of("-proc:none", "-nowarn", "-parameters", "-Xlint:none");
            if (!compiler.getTask(messages, manager, null, options, null, files).call()) {
                throw new IllegalStateException("the variant does not compile:\n" + messages);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the variant cannot be compiled to " + classes, e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String file, String text) {
            super(URI.create("memory:///" + file.substring(file.indexOf('/') + 1) + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
