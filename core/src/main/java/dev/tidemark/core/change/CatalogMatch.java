package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a catalog is the one of a checkpoint (rule R1): it defines the same view versions. A version decides a
 * state's content (rule P3), so differences in derived features and names do not matter. A catalog that is to replace
 * it may define more.
 */
final class CatalogMatch {

    private CatalogMatch() {}

    /** @return what differs, in words; empty if nothing does */
    static List<String> differences(Positions positions, Catalogs catalogs) {
        Set<String> wanted = versions(positions);
        Set<String> known = catalogs.views().stream().map(View::version).collect(Collectors.toCollection(TreeSet::new));
        List<String> differences = new ArrayList<>();
        for (String version : wanted) {
            if (!known.contains(version)) {
                String name = positions.viewNames().getOrDefault(version, "of unknown name");
                differences.add("view " + name + " of version " + version
                        + " is in the checkpoint, and the catalog lacks it" + instead(catalogs, name));
            }
        }
        for (View view : catalogs.current().views()) {
            if (!wanted.contains(view.version())) {
                differences.add("view " + view.name() + " of version " + view.version()
                        + " is in the catalog, and the checkpoint lacks it");
            }
        }
        return differences;
    }

    private static String instead(Catalogs catalogs, String name) {
        return catalogs.current()
                .view(name)
                .map(view -> " (it has version " + view.version() + ")")
                .orElse("");
    }

    /** The folded versions of the control row and the lane rows. */
    private static Set<String> versions(Positions positions) {
        Set<String> versions = new TreeSet<>();
        positions.control().views().forEach((version, status) -> {
            if (status.isFolded()) {
                versions.add(version);
            }
        });
        for (LaneRow row : positions.lanes()) {
            row.views().keySet().stream()
                    .filter(version -> positions.control().views().get(version) != ViewStatus.RETIRED)
                    .forEach(versions::add);
        }
        return versions;
    }
}
