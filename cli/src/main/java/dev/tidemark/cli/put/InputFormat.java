package dev.tidemark.cli.put;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Recognizes by its first bytes an input that is not text in UTF-8. */
final class InputFormat {

    /**
     * @param name as people call it
     * @param start its first bytes, each as the character of its number
     * @param remedy how to make events of it
     */
    private record Kind(String name, String start, String remedy) {}

    private static final String EXPORT = "export its rows as JSON objects, one per line";

    /** UTF-32's marks before UTF-16's: the little one begins with that of UTF-16. */
    private static final List<Kind> KINDS = List.of(
            encoding("UTF-32LE", "\u00ff\u00fe\0\0"),
            encoding("UTF-32BE", "\0\0\u00fe\u00ff"),
            encoding("UTF-16LE", "\u00ff\u00fe"),
            encoding("UTF-16BE", "\u00fe\u00ff"),
            new Kind("a Parquet file", "PAR1", EXPORT),
            new Kind("an Avro file", "Obj\u0001", EXPORT),
            new Kind("an ORC file", "ORC", EXPORT),
            new Kind("an Arrow file", "ARROW1", EXPORT),
            new Kind("an SQLite database", "SQLite format 3", EXPORT),
            new Kind("a gzip file", "\u001f\u008b", "unpack it: gzip -dc FILE | tidemark put …"),
            new Kind("a Zstandard file", "(\u00b5/\u00fd", "unpack it: zstd -dc FILE | tidemark put …"),
            new Kind("a bzip2 file", "BZh", "unpack it: bzip2 -dc FILE | tidemark put …"),
            new Kind("an xz file", "\u00fd7zXZ", "unpack it: xz -dc FILE | tidemark put …"),
            new Kind("an LZ4 file", "\u0004\"M\u0018", "unpack it: lz4 -dc FILE | tidemark put …"),
            new Kind("a Snappy file", "\u00ff\u0006\0\0sNaPpY", "unpack it first"),
            new Kind(
                    "a ZIP file, as spreadsheets are",
                    "PK\u0003\u0004",
                    "unpack it, or export its rows as JSON objects"));

    private InputFormat() {}

    private static Kind encoding(String name, String mark) {
        return new Kind("text in " + name, mark, "save it as UTF-8, as by iconv -f " + name + " -t UTF-8");
    }

    /**
     * What the input is, and the remedy; empty if it may be text in UTF-8.
     *
     * @param length how many of the bytes are the input's beginning
     */
    static Optional<String> problem(byte[] head, int length) {
        String start = new String(head, 0, length, StandardCharsets.ISO_8859_1);
        return KINDS.stream()
                .filter(kind -> start.startsWith(kind.start()))
                .findFirst()
                .or(() -> unmarkedEncoding(start))
                .map(kind -> "is " + kind.name() + " and no JSON objects in UTF-8, one per line: " + kind.remedy())
                .or(() -> binary(start));
    }

    /** JSON begins with ASCII, so the zeros of its first characters tell an encoding without a mark (RFC 4627). */
    private static Optional<Kind> unmarkedEncoding(String start) {
        StringBuilder zeros = new StringBuilder();
        start.chars().limit(4).forEach(one -> zeros.append(one == 0 ? '0' : 'x'));
        return switch (zeros.toString()) {
            case "x000" -> Optional.of(encoding("UTF-32LE", ""));
            case "000x" -> Optional.of(encoding("UTF-32BE", ""));
            case "x0", "x0x", "x0x0" -> Optional.of(encoding("UTF-16LE", ""));
            case "0x", "0x0", "0x0x" -> Optional.of(encoding("UTF-16BE", ""));
            default -> Optional.empty();
        };
    }

    private static Optional<String> binary(String start) {
        int zero = start.indexOf(0);
        return zero < 0
                ? Optional.empty()
                : Optional.of("is no text, as its byte " + (zero + 1)
                        + " is zero: events are JSON objects in UTF-8, one per line");
    }
}
