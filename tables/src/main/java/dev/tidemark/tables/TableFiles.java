package dev.tidemark.tables;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Files of rows by their names or patterns, here or in an object store. In a pattern {@code *} and {@code ?} stand for
 * anything but a slash, {@code **} for anything.
 */
public final class TableFiles {

    private static final String WILD = "*?[{";

    private final RemoteFiles remote;
    private final Path work;

    /** @param work a folder for copies of remote files, each of which is there only while it is read */
    public TableFiles(RemoteFiles remote, Path work) {
        this.remote = remote;
        this.work = work;
    }

    /**
     * The files, each once, sorted by name. A folder stands for all files in it.
     *
     * @throws TableProblem if a name or pattern matches no file
     */
    public List<TableFile> of(List<String> patterns) throws IOException {
        TreeMap<String, TableFile> files = new TreeMap<>();
        for (String pattern : patterns) {
            List<TableFile> found = pattern.startsWith(RemoteFiles.SCHEME) ? remote(pattern) : local(pattern);
            if (found.isEmpty()) {
                throw new TableProblem(
                        pattern + ": there is no such file: correct the name, and put a pattern into quotes");
            }
            found.forEach(file -> files.put(file.uri(), file));
        }
        return List.copyOf(files.values());
    }

    private List<TableFile> remote(String pattern) throws IOException {
        String path = pattern.substring(RemoteFiles.SCHEME.length());
        int slash = path.indexOf('/');
        if (slash < 1) {
            throw new TableProblem(pattern + ": no file: name it as s3://bucket/key");
        }
        String bucket = path.substring(0, slash);
        String key = path.substring(slash + 1);
        int wild = firstWild(key);
        boolean folder = key.isEmpty() || key.endsWith("/");
        PathMatcher matcher = matcher(key);
        List<TableFile> found = new ArrayList<>();
        for (TableFile file : remote.list(bucket, key.substring(0, wild))) {
            String name = file.uri().substring(RemoteFiles.SCHEME.length() + bucket.length() + 1);
            boolean matches = wild < key.length() ? matcher.matches(Path.of(name)) : folder || name.equals(key);
            if (matches && !name.endsWith("/")) {
                found.add(file);
            }
        }
        return found;
    }

    private static List<TableFile> local(String pattern) throws IOException {
        Path path = Path.of(pattern.substring(0, firstWild(pattern)));
        boolean wild = firstWild(pattern) < pattern.length();
        if (!wild && Files.isRegularFile(path)) {
            return List.of(file(path));
        }
        Path root = wild ? rootOf(pattern) : path;
        PathMatcher matcher = matcher(pattern);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        List<TableFile> found = new ArrayList<>();
        try (Stream<Path> below = Files.walk(root)) {
            for (Path each : (Iterable<Path>) below.filter(Files::isRegularFile)::iterator) {
                if (wild ? matcher.matches(each) : !isHidden(root.relativize(each))) {
                    found.add(file(each));
                }
            }
        }
        found.sort(Comparator.comparing(TableFile::uri));
        return found;
    }

    /** What other programs put beside their files: {@code _SUCCESS}, {@code .part.crc}. */
    private static boolean isHidden(Path path) {
        for (Path part : path) {
            if (part.toString().startsWith(".") || part.toString().startsWith("_")) {
                return true;
            }
        }
        return false;
    }

    /** The folder that everything the pattern matches is in. */
    private static Path rootOf(String pattern) {
        String plain = pattern.substring(0, firstWild(pattern));
        int slash = plain.lastIndexOf('/');
        return slash < 0 ? Path.of("") : Path.of(plain.substring(0, slash + 1));
    }

    private static TableFile file(Path path) throws IOException {
        return new TableFile(path.toString(), Files.size(path));
    }

    private static PathMatcher matcher(String pattern) {
        return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    }

    private static int firstWild(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (WILD.indexOf(text.charAt(index)) >= 0) {
                return index;
            }
        }
        return text.length();
    }

    /** Does the work with a copy of the file on this machine: the file itself, if it is there. */
    public void with(TableFile file, Work work) throws IOException {
        if (!file.isRemote()) {
            work.of(Path.of(file.uri()));
            return;
        }
        Path copy = Files.createTempFile(this.work, "remote", null);
        try {
            String path = file.uri().substring(RemoteFiles.SCHEME.length());
            int slash = path.indexOf('/');
            remote.fetch(path.substring(0, slash), path.substring(slash + 1), copy);
            work.of(copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** What is done with a file that is on this machine. */
    @FunctionalInterface
    public interface Work {

        void of(Path copy) throws IOException;
    }
}
