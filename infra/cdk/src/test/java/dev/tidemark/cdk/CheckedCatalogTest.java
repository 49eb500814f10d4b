package dev.tidemark.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckedCatalogTest {

    @TempDir
    private Path folder;

    @Test
    void everyMistakeIsNamedWithItsRemedy() throws IOException {
        Path file = catalog("30minutes", "totl", "24h");

        assertThatThrownBy(() -> CheckedCatalog.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The catalog cannot be deployed:\n" + file + ":12:")
                .hasMessageContaining("30minutes")
                .hasMessageContaining("totl")
                .hasMessageContaining("\n    ");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> CheckedCatalog.read(folder.resolve("none.yaml")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.yaml cannot be read: give the path of a readable file");
    }

    @Test
    void aSourceMustReadTheStream() throws IOException {
        CheckedCatalog catalog = CheckedCatalog.read(catalog("30m", "sum", "24h"));

        assertThatCode(() -> catalog.requireStream("orders")).doesNotThrowAnyException();
        assertThat(catalog.otherStreams(List.of("orders"))).isEmpty();
        assertThat(catalog.otherStreams(List.of("clicks"))).containsExactly("orders");
        assertThatThrownBy(() -> catalog.requireStream("clicks"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no source on the stream clicks")
                .hasMessageContaining("it reads [orders]");
    }

    @Test
    void recordsMayNotWaitForLongerThanTheCatalogSays() throws IOException {
        CheckedCatalog catalog = CheckedCatalog.read(catalog("30m", "sum", "48h"));

        assertThatCode(() -> catalog.requireRetention("orders", 48)).doesNotThrowAnyException();
        assertThatThrownBy(() -> catalog.requireRetention("orders", 49))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("records for 49 hours")
                .hasMessageContaining("wait for 48 at most")
                .hasMessageContaining("'stream_retention: 49h' in source shop");
    }

    private Path catalog(String window, String function, String retention) throws IOException {
        return Files.writeString(folder.resolve("catalog.yaml"), """
                tidemark: 1
                sources:
                  shop:
                    stream: orders
                    stream_retention: %s
                    event_time: ts
                views:
                  buyer:
                    source: shop
                    entity: user_id
                    features:
                      spent: {function: %s, input: amount, windows: [%s]}
                """.formatted(retention, function, window));
    }
}
