package dev.tidemark.cli.imports;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the manifest of an import, or gives it a number (rule I1). */
final class ImportNumber {

    private final ImportLog imports;
    private final Stores stores;

    ImportNumber(ImportLog imports, Stores stores) {
        this.imports = imports;
        this.stores = stores;
    }

    /**
     * The manifest of the same import, begun before; null if there is none.
     *
     * @throws Failure if a file was imported before by another import, so that its rows would count twice
     */
    @Nullable
    Manifest known(ImportDraft draft) {
        String digest = draft.digest();
        long last = stores.await(imports.known());
        Manifest same = null;
        for (long number = 1; number <= last; number++) {
            Manifest one = stores.await(imports.read(number));
            if (one.source().equals(draft.source())) {
                if (one.digest().equals(digest)) {
                    same = one;
                } else {
                    checkOverlap(one, draft);
                }
            }
        }
        return same;
    }

    /**
     * The number that an import has, or will have: that of the manifest of the same files, read in the same way. For what must
     * be known before its rows are.
     *
     * @throws Failure if an earlier import of the source is begun and not done
     */
    long expected(ImportDraft draft) {
        long last = stores.await(imports.known());
        Map<String, LaneRow> rows = LaneRow.byId(stores.await(stores.control().readLanes()));
        for (long number = 1; number <= last; number++) {
            Manifest one = stores.await(imports.read(number));
            if (draft.isOf(one)) {
                return number;
            }
            ImportState state = ImportState.of(one, rows);
            if (one.source().equals(draft.source()) && !state.isDone()) {
                throw new Failure("import " + number + " of source '" + draft.source() + "' was begun and is not done: "
                        + state.remedy() + ", and then this one");
            }
        }
        return last + 1;
    }

    private static void checkOverlap(Manifest one, ImportDraft draft) {
        Set<String> read = one.files().stream().map(File::sha256).collect(Collectors.toSet());
        Set<String> names = one.files().stream().map(File::name).collect(Collectors.toSet());
        for (File file : draft.files()) {
            if (read.contains(file.sha256())) {
                throw new Failure(file.name() + " was imported before, by import " + one.number()
                        + ": its rows would count twice. Leave it out");
            }
            if (names.contains(file.name())) {
                throw new Failure(
                        file.name() + " has changed since import " + one.number() + " read it: its rows may count"
                                + " twice. Restore it to go on with that import, or give what is new a file of its own");
            }
        }
    }

    /** Gives it the next number that nobody takes meanwhile. */
    Manifest append(ImportDraft draft) {
        while (true) {
            Manifest known = known(draft);
            if (known != null) {
                return known;
            }
            Manifest next = draft.numbered(stores.await(imports.known()) + 1, System.currentTimeMillis());
            if (stores.await(imports.append(next))) {
                return next;
            }
        }
    }
}
