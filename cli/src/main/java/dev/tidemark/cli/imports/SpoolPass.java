package dev.tidemark.cli.imports;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the files into the spool, and notes what is wrong with their rows. */
final class SpoolPass {

    private static final int NAMED = 10;

    private final TableFiles tables;
    private final MappedFiles mapped;
    private final Spool spool;
    private final ProgressLine progress;
    private final long untilMillis;
    private final SameIds ids;
    private final List<String> bad = new ArrayList<>();
    private final Path list;
    private @Nullable Writer listed;
    private long badRows;
    private long afterSeam;

    /** @param list where all rows that are no events are named */
    SpoolPass(
            TableFiles tables,
            MappedFiles mapped,
            Spool spool,
            long untilMillis,
            SameIds ids,
            Path list,
            ProgressLine progress) {
        this.tables = tables;
        this.mapped = mapped;
        this.spool = spool;
        this.untilMillis = untilMillis;
        this.ids = ids;
        this.list = list;
        this.progress = progress;
    }

    /** How many rows happened at the seam or later. */
    long afterSeam() {
        return afterSeam;
    }

    long badRows() {
        return badRows;
    }

    List<File> read(List<String> patterns) throws IOException {
        progress.stage("Reading", "rows", -1);
        List<File> read = new ArrayList<>();
        for (TableFile file : tables.of(patterns)) {
            tables.with(file, copy -> {
                String before = sha256(copy);
                mapped.read(file, copy, sink());
                if (Files.size(copy) != file.bytes() || !before.equals(sha256(copy))) {
                    throw new Failure(file.uri() + " was changed while it was read: import it when it is whole");
                }
                read.add(new File(file.uri(), file.bytes(), before));
            });
        }
        if (listed != null) {
            listed.close();
        }
        return read;
    }

    private MappedFiles.Sink sink() {
        return new MappedFiles.Sink() {

            @Override
            public void row(MappedRow row) {
                spool.add(row);
                ids.add(row);
                afterSeam += row.eventTimeMillis() >= untilMillis ? 1 : 0;
                progress.advance(1);
            }

            @Override
            public void bad(String place, String problem) throws IOException {
                badRows++;
                list(place + ": " + problem);
                if (bad.size() < NAMED) {
                    bad.add("  " + place + ": " + problem);
                }
            }
        };
    }

    private void list(String row) throws IOException {
        if (listed == null) {
            listed = Files.newBufferedWriter(list);
        }
        listed.append(row).append('\n');
    }

    /** @param skip whether they may be left out */
    void refuseBadRows(boolean skip) {
        if (badRows == 0) {
            return;
        }
        String told = Plural.of(badRows, "row") + " cannot be read as events"
                + (badRows > NAMED ? ", the first of them:" : ":") + "\n" + String.join("\n", bad)
                + "\nAll of them are named in " + list + ".";
        if (!skip) {
            throw new Failure(told + " Correct them, or leave them out with --bad-rows skip; nothing was written");
        }
        progress.note(told + " They are left out.");
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Spool.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
