package dev.tidemark.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients should not send, over plain sockets. */
class HttpServerTest {

    private static final int A_MINUTE = 60_000;
    private static final int MAX_BODY_BYTES = 100_000;

    /** One for all answers: sixteen of their own would fill the memory of a small machine. */
    private static final byte[] MUCH = "much".repeat(10_000_000).getBytes(UTF_8);

    private @Nullable HttpServer server;
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server().close();
    }

    private HttpServer server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    private void serve(Limits limits) throws IOException {
        server = HttpServer.start(
                "test",
                0,
                limits,
                (request, body) -> new Reply(
                        200,
                        Map.of(),
                        request.getHttpURI().getPath().equals("/much")
                                ? MUCH
                                : (request.getMethod() + " " + request.getHttpURI() + " " + body.length)
                                        .getBytes(UTF_8)));
    }

    private void serve() throws IOException {
        serve(new Limits(64, A_MINUTE, A_MINUTE, MAX_BODY_BYTES, 10L * MAX_BODY_BYTES));
    }

    private int port() {
        return server().endpoint().getPort();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port());
        socket.setSoTimeout(A_MINUTE);
        sockets.add(socket);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Everything that comes back until the server closes the connection. */
    private String send(String request) throws IOException {
        Socket socket = connect();
        write(socket, request.replace("PORT", Integer.toString(port())));
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    private static void assertProblem(String answer, int status) throws IOException {
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                .contains("content-type: application/problem+json")
                .doesNotContain("jetty", "html", "exception", "\nserver:", "access-control");
        JsonNode problem = new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(List.of("type", "title", "detail", "remedy", "instance"))
                .allSatisfy(
                        member -> assertThat(problem.path(member).textValue()).isNotBlank());
    }

    /** More than sockets hold on their way: a client that sends it all before it reads must still get its answer. */
    @ParameterizedTest
    @CsvSource({"localhost:PORT, 413", "evil.example, 421"})
    void aRefusedClientMaySendItsWholeBodyFirst(String host, int status) throws IOException {
        serve();
        int length = 15 * 1024 * 1024;
        Socket socket = connect();
        post(socket, host, length, "Connection: close");
        socket.getOutputStream().write(new byte[length]);
        assertProblem(new String(socket.getInputStream().readAllBytes(), UTF_8), status);
    }

    /** No body is asked for that is refused. */
    @Test
    void whoAsksFirstIsRefusedBeforeItSends() throws IOException {
        serve();
        Socket socket = connect();
        post(socket, "localhost:PORT", MAX_BODY_BYTES + 1, "Expect: 100-continue");
        assertProblem(new String(socket.getInputStream().readAllBytes(), UTF_8), 413);
    }

    private void post(Socket socket, String host, int length, String header) throws IOException {
        String lines =
                String.join("\r\n", "POST / HTTP/1.1", "Host: " + host, "Content-Length: " + length, header, "", "");
        write(socket, lines.replace("PORT", Integer.toString(port())));
    }

    /**
     * The server opens connections that arrive together in any order, so a late one can be the first of too many and be
     * closed: without an answer, or with one that says to try again. A client sends its request again then.
     */
    private void assertServed() throws IOException {
        String answer = "";
        for (int i = 0; i < 5 && !answer.startsWith("HTTP/1.1 200 "); i++) {
            answer = send("GET /x HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n");
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "GET /a|b HTTP/1.1 ~ 400",
                "GET /a?q=a|b HTTP/1.1 ~ 200",
                "GET /a\\b HTTP/1.1 ~ 400",
                "GET /{a} HTTP/1.1 ~ 400",
                "GET /a b HTTP/1.1 ~ 400",
                "GET /a\u0000b HTTP/1.1 ~ 400",
                "GET /a\"<b> HTTP/1.1 ~ 400",
                "GET http://user@localhost:PORT/ HTTP/1.1 ~ 400",
                "GET http://evil.example/ HTTP/1.1 ~ 400",
                "GET evil HTTP/1.1 ~ 400",
                "G\u0001T / HTTP/1.1 ~ 400",
                "GET / HTTP/3.7 ~ 505",
                "GET / SPDY/1 ~ 505",
                "GET ~ 400",
                "CONNECT localhost:PORT HTTP/1.1 ~ 200",
                "FOO / HTTP/1.1 ~ 200",
                "OPTIONS * HTTP/1.1 ~ 200",
                "GET /%7C/%2F/%25/%20 HTTP/1.1 ~ 200",
                "GET /%zz HTTP/1.1 ~ 400",
                "GET /%ff HTTP/1.1 ~ 200",
                "GET /%c0%ae HTTP/1.1 ~ 200",
                "GET /a;x//b HTTP/1.1 ~ 200",
                "GET /%u0041 HTTP/1.1 ~ 200",
                "GET /a/%2e%2e/b HTTP/1.1 ~ 200",
                "GET /a%00b HTTP/1.1 ~ 400",
                "GET /../b HTTP/1.1 ~ 400",
            })
    void aBadRequestLineGetsAProblemDocument(String line, int status) throws IOException {
        serve();
        String answer = send(line + "\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n");
        if (status == 200) {
            assertThat(answer).startsWith("HTTP/1.1 200 ");
        } else {
            assertProblem(answer, status);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost:PORT\r\nContent-Length: 5\r\nContent-Length: 6",
                "Host: localhost:PORT\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
                "Host: localhost:PORT\r\nContent-Length: -1",
                "Host: localhost:PORT\r\nContent-Length: 5x",
                "Host: localhost:PORT\r\nTransfer-Encoding: chunked, identity",
                "Host: localhost:PORT\r\nTransfer-Encoding : chunked",
                "Host: localhost:PORT\r\nA: b\r\n folded",
                "Host: localhost:PORT\r\nA\u0000: b",
                "Host: localhost:PORT\r\nA: \u0000",
                "Host: localhost:PORT\r\nno colon",
                "Host: localhost:PORT\r\nHost: evil.example",
                "Host: ",
                "Host: evil.example/\r\nA: b",
                "A: b",
            })
    void badHeadersGetAProblemDocument(String headers) throws IOException {
        serve();
        assertProblem(send("POST / HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n0\r\n\r\n"), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:PORT",
                "Host: localhost",
                "Host: localhost:1",
                "Host: localhost.evil.example:PORT",
                "Host: bucket.localhost:PORT",
                "Host: 127.0.0.1.evil.example:PORT",
                "Host: [::2]:PORT",
                "Host: localhost:PORT\r\nOrigin: http://evil.example",
                "Host: localhost:PORT\r\nOrigin: http://localhost",
                "Host: localhost:PORT\r\nOrigin: http://localhost:1",
                "Host: localhost:PORT\r\nOrigin: https://localhost:PORT",
                "Host: localhost:PORT\r\nOrigin: http://localhost:PORT.evil.example",
                "Host: localhost:PORT\r\nOrigin: null",
                "Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\nOrigin: http://evil.example",
                "Host: localhost:PORT\r\nSec-Fetch-Site: cross-site",
                "Host: localhost:PORT\r\nSec-Fetch-Site: same-site",
            })
    void aRequestOfAnotherSitesPageIsMisdirected(String headers) throws IOException {
        serve();
        assertProblem(send("GET / HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n"), 421);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost:PORT",
                "Host: LOCALHOST:PORT",
                "Host: 127.0.0.1:PORT",
                "Host: [::1]:PORT",
                "Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\nSec-Fetch-Site: same-origin",
                "Host: localhost:PORT\r\nOrigin: http://[::1]:PORT",
                "Host: localhost:PORT\r\nSec-Fetch-Site: none",
            })
    void aRequestForThisServerIsServed(String headers) throws IOException {
        serve();
        assertThat(send("GET / HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whatIsTooLongGetsAProblemDocument() throws IOException {
        serve();
        String host = " HTTP/1.1\r\nHost: localhost:PORT\r\n";
        String longer = "x".repeat(HttpServer.MAX_HEADER_BYTES);
        assertProblem(send("GET /" + longer + host + "\r\n"), 414);
        assertProblem(send("GET /" + host + "A: " + longer + "\r\n\r\n"), 431);
        assertProblem(send("GET /" + host + "A: b\r\n".repeat(HttpServer.MAX_HEADER_BYTES / 6) + "\r\n"), 431);
        String tooLarge = send("POST /" + host + "Content-Length: " + (MAX_BODY_BYTES + 1) + "\r\n\r\n");
        assertProblem(tooLarge, 413);
        assertThat(tooLarge).as("its client asks again on another").contains("Connection: close");
        assertProblem(
                send("POST /" + host + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n20000\r\n"
                        + "x".repeat(0x20000) + "\r\n0\r\n\r\n"),
                413);
        assertThat(send("POST /" + host + "Connection: close\r\nContent-Length: " + MAX_BODY_BYTES + "\r\n\r\n"
                        + "x".repeat(MAX_BODY_BYTES)))
                .endsWith(" " + MAX_BODY_BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET",
                "GET / HTTP/1.1\r\nHost: local",
                "POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 9\r\n\r\nx",
                "POST / HTTP/1.1\r\nHost: localhost:PORT\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx",
                "GET /much HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
            })
    void othersAreServedWhileManyClientsAreSlow(String begun) throws IOException {
        serve(new Limits(8, A_MINUTE, A_MINUTE, MAX_BODY_BYTES, 100_000_000));
        for (int i = 0; i < 100; i++) {
            write(connect(), begun.replace("PORT", Integer.toString(port())));
        }
        assertServed();
    }

    @Test
    void bodiesThatAreHeldAreBoundedTogether() throws IOException {
        serve(new Limits(64, A_MINUTE, A_MINUTE, MAX_BODY_BYTES, 2L * MAX_BODY_BYTES));
        Socket first = holding();
        for (int i = 0; i < 3; i++) {
            holding();
        }
        assertClosed(first);
        assertServed();
    }

    @Test
    void answersThatNobodyReadsAreBoundedTogether() throws IOException {
        serve(new Limits(64, A_MINUTE, A_MINUTE, MAX_BODY_BYTES, 100_000_000));
        List<Socket> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Socket reader = connect();
            write(reader, "GET /much HTTP/1.1\r\nHost: localhost:" + port() + "\r\n\r\n");
            // The answer has begun.
            assertThat(reader.getInputStream().read()).isEqualTo('H');
            readers.add(reader);
        }
        assertThat(readers.get(0).getInputStream().readNBytes(50_000_000)).hasSizeLessThan(40_000_000);
        assertServed();
    }

    /** A connection whose body lacks one byte. The server has taken it when it asks for the body. */
    private Socket holding() throws IOException {
        Socket socket = connect();
        write(
                socket,
                "POST / HTTP/1.1\r\nHost: localhost:" + port() + "\r\nExpect: 100-continue\r\nContent-Length: "
                        + MAX_BODY_BYTES + "\r\n\r\n");
        String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
        assertThat(new String(socket.getInputStream().readNBytes(goOn.length()), UTF_8))
                .isEqualTo(goOn);
        write(socket, "x".repeat(MAX_BODY_BYTES - 1));
        return socket;
    }

    @Test
    void whoIsSilentIsCutOff() throws IOException {
        serve(new Limits(64, 50, A_MINUTE, MAX_BODY_BYTES, MAX_BODY_BYTES));
        Socket head = connect();
        write(head, "GET / HTTP/1.1\r\n");
        assertClosed(head);
        Socket body = connect();
        write(body, "POST / HTTP/1.1\r\nHost: localhost:" + port() + "\r\nContent-Length: 9\r\n\r\nx");
        assertProblem(new String(body.getInputStream().readAllBytes(), UTF_8), 408);
    }

    @Test
    void whoKeepsSendingALittleIsCutOff() throws IOException {
        serve(new Limits(64, A_MINUTE, 100, MAX_BODY_BYTES, MAX_BODY_BYTES));
        Socket socket = connect();
        write(socket, "GET / HTTP/1.1\r\n");
        // Ends when the server has closed the connection: then a write fails.
        boolean open = true;
        while (open) {
            try {
                write(socket, "A: b\r\n");
                Thread.onSpinWait();
                open = socket.getInputStream().available() == 0;
            } catch (SocketException e) {
                open = false;
            }
        }
        assertServed();
    }

    /** The server ends the connection, with an end or a reset; what was reading the body may still get a problem out. */
    private static void assertClosed(Socket socket) throws IOException {
        try {
            String last = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(last).matches("(?s)|HTTP/1.1 [45].*");
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }
}
