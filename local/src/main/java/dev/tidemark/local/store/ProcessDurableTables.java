package dev.tidemark.local.store;

import com.almworks.sqlite4java.SQLiteConnection;
import com.almworks.sqlite4java.SQLiteException;
import com.almworks.sqlite4java.SQLiteJob;
import com.almworks.sqlite4java.SQLiteStatement;
import dev.tidemark.kinesis.file.CheckedFile;
import dev.tidemark.kinesis.file.DamagedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import software.amazon.dynamodb.services.local.shared.access.sqlite.SQLiteDBAccess;

/**
 * DynamoDB Local's tables in one SQLite file, with commits that survive the death of the process but not of the
 * machine.
 *
 * <p>As shipped, every commit waits for the disk: a few dozen writes a second. A local run has to survive a kill, and
 * for that it is enough that a commit has reached the operating system. Without synchronous writes SQLite still writes
 * its rollback journal and the pages in order, and rolls a half-done commit back when the file is opened again.
 *
 * <p>SQLite's write-ahead log would do the same, but DynamoDB Local keeps statements open and so the log would never
 * be folded back into the file.
 */
final class ProcessDurableTables extends SQLiteDBAccess {

    private static final int COPY_BYTES = 64 * 1024;

    private final Path file;

    private ProcessDurableTables(Path file) {
        super(file.toFile());
        this.file = file;
    }

    /**
     * The file's content when it was last closed. SQLite keeps no checksums, so there is one of the whole file beside
     * it, which is used once; after a kill there is none, and SQLite's own check must suffice.
     */
    private record Sum(long bytes, long crc32) {

        static Sum of(Path file) throws IOException {
            CRC32 crc = new CRC32();
            byte[] buffer = new byte[COPY_BYTES];
            try (InputStream in = Files.newInputStream(file)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    crc.update(buffer, 0, count);
                }
            }
            return new Sum(Files.size(file), crc.getValue());
        }
    }

    /**
     * Opens the tables of a file, or makes it.
     *
     * @throws DamagedFile if the tables are not as they were written
     */
    static ProcessDurableTables open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new DamagedFile(file, "is a directory");
        }
        if (!isSummed(file) && Files.exists(file) && Files.size(file) > 0) {
            check(file);
        }
        ProcessDurableTables tables = new ProcessDurableTables(file);
        // The setting is per connection, and DynamoDB Local has one for each file.
        String synchronous = tables.queue.execute(new StopSynchronousWrites()).complete();
        if (synchronous == null || !synchronous.equals("0")) {
            tables.close();
            throw new IOException("SQLite kept synchronous writes (" + synchronous + ") for " + file
                    + ": choose another data directory");
        }
        return tables;
    }

    /** Whether a checksum exists and is right. */
    private static boolean isSummed(Path file) throws IOException {
        Path sumFile = sumFile(file);
        if (!Files.exists(sumFile)) {
            return false;
        }
        Sum sum = CheckedFile.read(sumFile, Sum.class);
        if (!Files.exists(file) || !Sum.of(file).equals(sum)) {
            throw new DamagedFile(file, "is not as it was when it was last closed (" + sumFile + " has its checksum)");
        }
        Files.delete(sumFile);
        return true;
    }

    private static void check(Path file) throws IOException {
        SQLiteConnection connection = new SQLiteConnection(file.toFile());
        try {
            // Rolls back what a kill left half done.
            connection.open(false);
            if (answer(connection, "PRAGMA integrity_check(1)").equals("ok")) {
                return;
            }
        } catch (SQLiteException e) {
            // Not readable at all: as below. SQLite's codes do not help.
        } finally {
            connection.dispose();
        }
        throw new DamagedFile(file, "is damaged or was cut: SQLite finds no whole database in it");
    }

    private static String answer(SQLiteConnection connection, String question) throws SQLiteException {
        SQLiteStatement answer = connection.prepare(question);
        try {
            answer.step();
            return answer.columnString(0);
        } finally {
            answer.dispose();
        }
    }

    private static Path sumFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".sum");
    }

    @Override
    public void close() {
        super.close();
        try {
            // Stopping only asks for it.
            queue.join();
            CheckedFile.write(sumFile(file), Sum.of(file));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // No room, perhaps. Without a checksum the next start asks SQLite instead.
        }
    }

    private static final class StopSynchronousWrites extends SQLiteJob<String> {

        @Override
        protected String job(SQLiteConnection connection) throws SQLiteException {
            connection.exec("PRAGMA synchronous=OFF");
            return answer(connection, "PRAGMA synchronous");
        }
    }
}
