package dev.tidemark.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import dev.tidemark.samplesevents.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {

    /** The client's own tests use this module, so mypy and ruff judge it, and Python runs it. */
    private static final Path MODULE = Path.of("../python/tests/generated.py");

    private static final String CATALOG = "../python/tests/catalog.yaml";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "python/tests/catalog.yaml, python/tests/generated.py",
        "python/tests/odd.yaml, python/tests/odd_models.py",
        "examples/discount.yaml, examples/discount_models.py"
    })
    void theModulesThatAreThereAreWhatItPrints(String catalog, String module) throws IOException {
        Path root = Path.of("..");

        Command generate =
                Command.run("generate", "python", root.resolve(catalog).toString());

        assertThat(generate.exitCode()).as(generate.err()).isZero();
        assertThat(generate.out())
                .as("write it again: ./tidemark generate python " + catalog + " --out " + module)
                .isEqualTo(Files.readString(root.resolve(module)));
    }

    @Test
    void fieldsOfReferencesAreTyped() throws IOException {
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), """
                tidemark: 1
                sources: {shop: {stream: shop, event_time: ts}}
                references: {items: {key: item.id, fields: {category: text, price: number, fresh: boolean}}}
                views: {buyer: {source: shop, entity: user, features: {events: {function: count, windows: [1h]}}}}
                models: {offer: {keys: {item.id: item}, inputs: [{items: [category, price, fresh]}]}}
                """);

        assertThat(Command.run("generate", "python", catalog.toString()).out())
                .contains(
                        "    items_category: t.Optional[str] = tm.value(0)\n",
                        "    items_price: t.Optional[tm.N] = tm.value(1)\n",
                        "    fresh: t.Optional[bool] = tm.value(2)\n",
                        "    item: tm.Key\n");
    }

    @Test
    void aFileThatIsThereIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("models.py"), "old");

        Command generate = Command.run("generate", "python", "--catalog", CATALOG, "--out", file.toString());

        assertThat(generate.exitCode()).as(generate.err()).isZero();
        assertThat(generate.out()).isEqualTo(String.format("3 models written to %s%n", file));
        assertThat(file).hasSameTextualContentAs(MODULE);
    }

    @Test
    void whatCannotBeGeneratedIsSaid() throws IOException {
        Path hello = Files.writeString(folder.resolve("hello.yaml"), Sample.HELLO.catalog());
        assertRefused(1, "the catalog has no models", hello.toString());
        assertRefused(1, "cannot write " + folder, CATALOG, "--out", folder.toString());
        assertRefused(2, "the catalog is named twice", CATALOG, "--catalog", CATALOG);
    }

    private static void assertRefused(int exitCode, String said, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "generate";
        all[1] = "python";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Command generate = Command.run(all);

        assertThat(generate.exitCode()).isEqualTo(exitCode);
        assertThat(generate.err()).contains(said);
        assertThat(generate.out()).isEmpty();
    }
}
