package dev.tidemark.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportMapTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static ImportMap map(String yaml) {
        return ImportMap.of("orders.map.yaml", yaml);
    }

    private static String event(String yaml, String row) throws IOException {
        return map(yaml).event((ObjectNode) JSON.readTree(row)).toString();
    }

    @Test
    void aRowBecomesAnEventOfColumnsConstantsAndCasts() throws IOException {
        String yaml = """
                format: csv
                columns:
                  type: {value: purchase}
                  user.id: customer
                  user.vip: {column: vip, as: boolean}
                  amount: {column: total, as: number}
                  zip: {column: zip, as: text}
                  note: note
                """;

        assertThat(event(yaml, "{\"customer\":\"ann\",\"vip\":\" TRUE\",\"total\":\" 1.50\",\"zip\":8001}"))
                .isEqualTo(
                        "{\"type\":\"purchase\",\"user\":{\"id\":\"ann\",\"vip\":true},\"amount\":1.50,\"zip\":\"8001\"}");
        assertThat(map(yaml).columns()).containsExactly("customer", "vip", "total", "zip", "note");
    }

    @Test
    void aValueThatCannotBeCastIsNamed() {
        String yaml = "{format: csv, columns: {a: {column: total, as: number}, b: {column: vip, as: boolean}}}";

        assertThatThrownBy(() -> event(yaml, "{\"total\":\"dear\"}"))
                .hasMessage("column 'total' holds 'dear', which is no number");
        assertThatThrownBy(() -> event(yaml, "{\"vip\":\"yes\"}"))
                .hasMessage("column 'vip' holds 'yes', which is neither true nor false");
    }

    /** A run finds the import that it goes on with by the map's text. */
    @Test
    void theTextIsTheSameHoweverTheFileIsWritten() throws IOException {
        ImportMap map = map("columns: {b: x, a: {column: y}}\nformat: csv # as exported\n");

        assertThat(map.text())
                .isEqualTo(map("{\"format\": csv, \"columns\": {a: {column: y}, b: x}}")
                        .text());
        assertThat(map.text(3)).isNotEqualTo(map.text(0)).contains("\"skipped_rows\":3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [a]                                  | a map has the keys format, columns, where and partition_key
            {columns: {a: x}, colums: {}}        | unknown key colums: the keys are format, columns, where, partition_key
            {format: csv}                        | no columns: say which column has which field of the event
            {format: xml, columns: {a: x}}       | xml
            {format: csv, columns: {a: 7}}       | columns.a: write the name of a column, or {value: …}, or {column: …, as: number}, not 7
            {format: csv, columns: {a: {column: x, as: int}}} | columns.a: as: int: it is one of number, text and boolean
            {format: csv, columns: {a..b: x}}    | not a field name: '..b'
            {format: csv, columns: {a: x}, where: total >} | where:
            {format: csv                         | is no YAML
            """)
    void mistakesAreNamedWithTheFileAndARemedy(String yaml, String message) {
        assertThatThrownBy(() -> map(yaml))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("orders.map.yaml")
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> ImportMap.read(Path.of("none.yaml")))
                .hasMessageStartingWith("none.yaml cannot be read")
                .hasMessageEndingWith("name the file of the map with --map");
    }
}
