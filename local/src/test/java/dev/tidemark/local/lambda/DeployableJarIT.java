package dev.tidemark.local.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The jar that infra/template.yaml uploads is well within Lambda's limits, and does not grow unnoticed. */
class DeployableJarIT {

    /** Of the unpacked function and its layers. */
    private static final long LAMBDA_MAX_UNPACKED_BYTES = 250L * 1024 * 1024;

    /** A twentieth more than the jar has. Before one of these is raised, look what it is that has come with it. */
    private static final long MAX_PACKED_BYTES = 39_500_000;

    private static final long MAX_UNPACKED_BYTES = 103_000_000;
    private static final int MAX_CLASSES = 19_000;

    /** The native libraries of both processors, and what the function serves. */
    private static final List<String> NEEDED =
            List.of("linux/x86_64/glibc/libaws-crt-jni.so", "linux/armv8/glibc/libaws-crt-jni.so", "openapi.yaml");

    @Test
    void theJarIsAsSmallAsItWas() throws IOException {
        long packed = Files.size(TaskRoot.JAR);
        long unpacked = 0;
        int classes = 0;
        try (ZipFile jar = new ZipFile(TaskRoot.JAR.toFile())) {
            for (ZipEntry entry : jar.stream().map(ZipEntry.class::cast).toList()) {
                unpacked += entry.getSize();
                classes += entry.getName().endsWith(".class") ? 1 : 0;
            }
        }
        String report = String.format(
                Locale.ROOT,
                "tidemark-functions.jar: %.1f MB, unpacked %.1f MB, %d classes",
                packed / 1e6,
                unpacked / 1e6,
                classes);
        System.out.println(report);
        Files.createDirectories(TaskRoot.work());
        Files.writeString(TaskRoot.work().resolve("jar.md"), report + "\n");

        assertThat(unpacked).as(report).isLessThan(LAMBDA_MAX_UNPACKED_BYTES);
        assertThat(packed).as(report).isLessThan(MAX_PACKED_BYTES);
        assertThat(unpacked).as(report).isLessThan(MAX_UNPACKED_BYTES);
        assertThat(classes).as(report).isLessThan(MAX_CLASSES);
    }

    /** DynamoDB Local may be run and not be passed on (README.md); nor may anything that only the local run needs. */
    @Test
    void nothingThatMayNotBePassedOnIsInIt() throws IOException {
        try (ZipFile jar = new ZipFile(TaskRoot.JAR.toFile())) {
            assertThat(jar.stream().map(ZipEntry::getName))
                    .noneMatch(name -> name.startsWith("com/amazonaws/services/dynamodbv2/")
                            || name.contains("sqlite4java")
                            || name.startsWith("org/gaul/"));
        }
    }

    @Test
    void itSaysWhoseWorkIsInIt() throws IOException {
        try (ZipFile jar = new ZipFile(TaskRoot.JAR.toFile())) {
            assertThat(text(jar, "META-INF/NOTICE")).contains("The Tidemark authors", "AWS SDK for Java", "Jackson");
            assertThat(text(jar, "META-INF/tidemark/LICENSE")).contains("Apache License");
        }
    }

    /** Written beside the jar by an online build; an offline one makes none. */
    @Test
    void theBillOfMaterialsListsWhatIsInTheJar() throws IOException {
        Path bom = TaskRoot.JAR.resolveSibling("tidemark-functions.cdx.json");
        assumeTrue(
                Files.exists(bom),
                "there is no bill of materials: the build was offline, and CycloneDX's plugin was skipped");
        Set<String> listed = new TreeSet<>();
        for (JsonNode component : new ObjectMapper().readTree(bom.toFile()).get("components")) {
            listed.add(component.get("name").asText());
        }
        assertThat(listed).contains("dynamodb", "kinesis", "s3", "aws-crt", "cel", "protobuf-java", "jackson-core");
        assertThat(listed).doesNotContain("DynamoDBLocal", "s3proxy", "netty-nio-client", "junit-jupiter");
    }

    private static String text(ZipFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Lambda's file system tells them apart, a developer's may not; and a file that is also a folder unpacks nowhere. */
    @Test
    void everyEntryCanBeUnpacked() throws IOException {
        Set<String> files = new HashSet<>();
        Set<String> folders = new HashSet<>();
        try (ZipFile jar = new ZipFile(TaskRoot.JAR.toFile())) {
            for (String name : jar.stream().map(ZipEntry::getName).toList()) {
                for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
                    folders.add(name.substring(0, slash));
                }
                if (!name.endsWith("/")) {
                    assertThat(files.add(name)).as(name + " twice").isTrue();
                }
            }
        }
        assertThat(files.containsAll(NEEDED)).as("has all of " + NEEDED).isTrue();
        assertThat(folders.stream().filter(files::contains)).isEmpty();
    }
}
