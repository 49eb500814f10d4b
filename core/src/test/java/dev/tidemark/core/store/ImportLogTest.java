package dev.tidemark.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.stream.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImportLogTest {

    private static final List<Part> PARTS = List.of(new Part(2, 7, "b"), new Part(0, 5, "a"));

    private static Manifest manifest(long number, long timeMillis, String map, List<File> files, List<Part> parts) {
        return new Manifest(
                number, timeMillis, "shop", "arn:x/shop", new Seam(1_000, 20), files, map, SameId.REFUSE, parts);
    }

    @Test
    void theSameImportHasTheSameDigestWheneverItIsRun() {
        List<File> files = List.of(new File("a.csv", 3, "c"));
        String digest = manifest(1, 5_000, "m", files, PARTS).digest();

        assertThat(manifest(2, 6_000, "m", files, List.of(PARTS.get(1), PARTS.get(0)))
                        .digest())
                .isEqualTo(digest);
        assertThat(manifest(1, 5_000, "m", List.of(new File("moved/b.csv", 3, "c")), PARTS)
                        .digest())
                .as("the name of a file is not what it holds")
                .isEqualTo(digest);
        assertThat(List.of(
                        manifest(1, 5_000, "n", files, PARTS).digest(),
                        manifest(1, 5_000, "m", List.of(), PARTS).digest(),
                        manifest(1, 5_000, "m", files, PARTS.subList(0, 1)).digest()))
                .doesNotContain(digest)
                .doesNotHaveDuplicates();
    }

    @Test
    void itsPartsAreLanesAndItsRowsPositions() {
        Manifest manifest = manifest(3, 5_000, "", List.of(), PARTS);

        assertThat(manifest.rows()).isEqualTo(12);
        assertThat(manifest.parts()).extracting(Part::index).containsExactly(0, 2);
        assertThat(manifest.lane(PARTS.get(0)).id()).endsWith(".im3-2");
        assertThat(PARTS.get(0).end()).isEqualTo(new Position("7", 0));
        assertThat(manifest.arrivalMillis(980)).isEqualTo(1_000);
    }

    @Test
    void refusesWhatIsNoImport() {
        assertThatThrownBy(() -> manifest(0, 5_000, "", List.of(), PARTS)).hasMessageContaining("import 0");
        assertThatThrownBy(() -> manifest(1, 5_000, "", List.of(), List.of())).hasMessageContaining("parts []");
        assertThatThrownBy(() -> manifest(1, 5_000, "", List.of(), List.of(PARTS.get(0), PARTS.get(0))))
                .hasMessageContaining("import 1 of the parts");
        assertThatThrownBy(() -> manifest(1, 999, "", List.of(), PARTS))
                .hasMessage("import 1 at 999 is before its seam at 1000: no export can reach it yet");
        assertThatThrownBy(() -> new Part(0, 0, "a")).hasMessageContaining("part 0 of 0 rows");
        assertThatThrownBy(() -> new Seam(-1, 0)).hasMessageContaining("seam at -1");
    }
}
