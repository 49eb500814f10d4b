package dev.tidemark.local.store;

import com.almworks.sqlite4java.SQLiteConnection;
import com.almworks.sqlite4java.SQLiteException;
import com.almworks.sqlite4java.SQLiteJob;
import com.almworks.sqlite4java.SQLiteStatement;
import java.nio.file.Path;
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

    ProcessDurableTables(Path file) {
        super(file.toFile());
        // The setting is per connection, and DynamoDB Local has one for each file.
        Integer synchronous = queue.execute(new StopSynchronousWrites()).complete();
        if (synchronous == null || synchronous != 0) {
            close();
            throw new IllegalStateException("SQLite kept synchronous writes (" + synchronous + ") for " + file
                    + ", which may be damaged; choose another data directory");
        }
    }

    private static final class StopSynchronousWrites extends SQLiteJob<Integer> {

        @Override
        protected Integer job(SQLiteConnection connection) throws SQLiteException {
            connection.exec("PRAGMA synchronous=OFF");
            SQLiteStatement answer = connection.prepare("PRAGMA synchronous");
            try {
                answer.step();
                return answer.columnInt(0);
            } finally {
                answer.dispose();
            }
        }
    }
}
