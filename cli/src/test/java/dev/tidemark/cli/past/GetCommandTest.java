package dev.tidemark.cli.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tidemark.cli.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GetCommandTest {

    /** Plain decimals, as docs/semantics.md promises of every answer; with all digits. */
    @Test
    void numbersAreShownAsTheApiWritesThem() throws IOException {
        byte[] answer = "{\"features\":{\"a\":0.0000001,\"b\":1234567890123456789.5,\"c\":100000000000000000000}}"
                .getBytes(StandardCharsets.UTF_8);
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        api.start();
        try {
            String url = "http://127.0.0.1:" + api.getAddress().getPort();
            Command get = Command.run("get", "viewer", "user-1", "--url", url);

            assertThat(get.exitCode()).as(get.err()).isZero();
            assertThat(get.out())
                    .contains("\"a\" : 0.0000001", "\"b\" : 1234567890123456789.5", "\"c\" : 100000000000000000000");
        } finally {
            api.stop(0);
        }
    }
}
