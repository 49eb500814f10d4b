package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A field of a spine is what stands between its commas. */
class CsvSpineTest {

    @Test
    void spacesBelongToTheFieldWhereverItStands() throws IOException {
        assertThat(read("user,item\n sp ace, b \n\tc,  \n\" d\", e\n"))
                .containsExactly(List.of(" sp ace", " b "), List.of("\tc", "  "), List.of(" d", " e"));
    }

    @Test
    void emptyLinesAreNoRows() throws IOException {
        assertThat(read("\n\nuser,item\n\na,b\r\n\r\n   \n\nc,d\n\n"))
                .containsExactly(List.of("a", "b"), List.of("c", "d"));
    }

    private static List<List<String>> read(String text) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        CsvSpine spine = new CsvSpine("spine.csv", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        while (spine.next()) {
            List<String> row = new ArrayList<>();
            for (int column = 0; column < spine.columns().size(); column++) {
                row.add(text(spine.cell(column)));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String text(@Nullable Object cell) {
        return cell instanceof Binary bytes ? bytes.toStringUsingUTF8() : "";
    }
}
