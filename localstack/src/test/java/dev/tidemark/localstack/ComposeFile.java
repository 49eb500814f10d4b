package dev.tidemark.localstack;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What {@code compose.yaml} says of its one service, with the variables {@code ${NAME:-default}} filled in: the tests start
 * what users start.
 *
 * @param image name with tag
 * @param environment of the container
 * @param binds paths relative to the file are made absolute; a name is a volume of the engine
 */
record ComposeFile(String image, Map<String, String> environment, List<Bind> binds) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-([^}]*)}");

    ComposeFile {
        environment = Map.copyOf(environment);
        binds = List.copyOf(binds);
    }

    /**
     * @param folder of the file
     * @param variables instead of the shell's
     */
    static ComposeFile read(Path folder, Map<String, String> variables) throws IOException {
        Object root = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(folder.resolve("compose.yaml")));
        Map<?, ?> service = map(map(map(root).get("services")).get("localstack"));
        Map<String, String> environment = new TreeMap<>();
        map(service.get("environment"))
                .forEach((name, value) -> environment.put(name.toString(), filled(value.toString(), variables)));
        List<Bind> binds = new ArrayList<>();
        for (Object volume : (List<?>) present(service.get("volumes"))) {
            binds.add(bind(filled(volume.toString(), variables), folder.toAbsolutePath()));
        }
        return new ComposeFile(filled(present(service.get("image")).toString(), variables), environment, binds);
    }

    private static Bind bind(String text, Path folder) {
        String[] parts = text.split(":", -1);
        boolean isPath = parts[0].startsWith(".") || parts[0].startsWith("/");
        String source = isPath ? folder.resolve(parts[0]).normalize().toString() : parts[0];
        AccessMode mode = parts.length > 2 && parts[2].equals("ro") ? AccessMode.ro : AccessMode.rw;
        return new Bind(source, new Volume(parts[1]), mode);
    }

    private static String filled(String text, Map<String, String> variables) {
        return VARIABLE.matcher(text).replaceAll((MatchResult found) -> {
            String value = variables.getOrDefault(found.group(1), "");
            return Matcher.quoteReplacement(value.isEmpty() ? found.group(2) : value);
        });
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return (Map<?, ?>) present(value);
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("compose.yaml lacks a part that the test reads");
        }
        return value;
    }
}
