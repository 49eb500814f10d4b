package dev.tidemark.local.lambda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/** The deployable jar, unpacked as Lambda unpacks it into /var/task, and the runtime client, which Lambda has elsewhere. */
final class TaskRoot {

    /** What infra/template.yaml uploads. */
    static final Path JAR = Path.of("..", "functions", "target", "tidemark-functions.jar");

    private static final Path WORK = Path.of("target", "lambda").toAbsolutePath();

    private TaskRoot() {}

    /** Skips the test where Amazon's runtime client has no native library for this system. */
    static void assumeThatTheRuntimeClientRunsHere() {
        boolean runs = System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "aarch64").contains(System.getProperty("os.arch"));
        if (!runs) {
            String message =
                    "SKIPPED: Amazon's runtime client runs on Linux on x86_64 and arm64 only, so the deployable"
                            + " jar was not started on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ".";
            System.err.println(message);
            assumeTrue(false, message);
        }
    }

    /** Where logs and unpacked files of these tests go. */
    static Path work() {
        return WORK;
    }

    /** Unpacks the jar into an empty directory. */
    static Path unpack(Path directory) throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(
                    JAR + " is missing. Build it: ./mvnw -pl functions -am package -DskipTests");
        }
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            Enumeration<? extends ZipEntry> entries = jar.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                Path file = directory.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, file);
                    }
                }
            }
        }
        return directory;
    }

    /** The runtime client with what it needs, and nothing of the function's. */
    static String runtimeClassPath() {
        return List.of(
                        AWSLambda.class,
                        RequestHandler.class,
                        LambdaEventSerializers.class,
                        SdkInternalThreadLocal.class)
                .stream()
                .map(TaskRoot::jarOf)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The client's native library, in a file of its own: by itself it unpacks it to one path for all processes. */
    static synchronized Path nativeLibrary() throws IOException {
        String libc = Files.exists(Path.of("/etc/alpine-release")) ? "linux_musl" : "linux";
        String processor = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch_64";
        String name = String.format(Locale.ROOT, "libaws-lambda-jni.%s-%s.so", libc, processor);
        Path file = WORK.resolve(name);
        if (!Files.exists(file)) {
            Files.createDirectories(WORK);
            Path fresh = Files.createTempFile(WORK, name, "");
            try (InputStream in = AWSLambda.class.getResourceAsStream("/jni/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("the runtime client has no " + name);
                }
                Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    private static String jarOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
