package dev.tidemark.benchmarks.puts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tidemark.core.tile.ItemKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import javax.net.ssl.SSLServerSocketFactory;

/**
 * Answers as DynamoDB does, and stores nothing: every put succeeds, every BatchGetItem finds a hundred items. It is a
 * process of its own, so that its work does not count, and has a thread for each connection.
 *
 * <pre>PutStub PORT [MILLIS [tls]]</pre>
 *
 * {@code MILLIS} is how long it waits before it answers (0); with {@code tls} it speaks TLS, with a certificate that it
 * makes itself.
 */
public final class PutStub {

    /** Enough for the 256 clients of the largest measurement, and for their requests. */
    private static final int BACKLOG = 512;

    private static final int REQUEST_BYTES = 1 << 16;
    private static final String HEADER_END = "\r\n\r\n";
    private static final byte[] PUT = answer("{\"ConsumedCapacity\":{\"CapacityUnits\":1.0,\"TableName\":\"state\"}}");
    private static final byte[] READ = answer(IntStream.range(0, PutCost.KEYS_PER_READ)
            .mapToObj(PutStub::item)
            .collect(Collectors.joining(
                    ",",
                    "{\"ConsumedCapacity\":[{\"CapacityUnits\":50.0,\"TableName\":\"state\"}],\"Responses\":{\"state\":[",
                    "]},\"UnprocessedKeys\":{}}")));

    private PutStub() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int port = Integer.parseInt(args[0]);
        long millis = args.length > 1 ? Long.parseLong(args[1]) : 0;
        ExecutorService connections = Executors.newCachedThreadPool();
        try (ServerSocket server = args.length > 2 ? tls(port) : new ServerSocket(port, BACKLOG)) {
            while (true) {
                Socket socket = server.accept();
                connections.execute(() -> serve(socket, millis));
            }
        }
    }

    private static ServerSocket tls(int port) throws IOException, InterruptedException {
        Path store = Files.createTempDirectory("stub").resolve("keys");
        int failed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-storepass",
                        "unsecret",
                        "-keystore",
                        store.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (failed != 0) {
            throw new IllegalStateException("keytool made no certificate");
        }
        System.setProperty("javax.net.ssl.keyStore", store.toString());
        System.setProperty("javax.net.ssl.keyStorePassword", "unsecret");
        return SSLServerSocketFactory.getDefault().createServerSocket(port, BACKLOG);
    }

    private static void serve(Socket socket, long millis) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] request = new byte[REQUEST_BYTES];
            while (true) {
                String header = header(in, request);
                if (header.isEmpty()) {
                    return;
                }
                if (millis > 0) {
                    Thread.sleep(millis);
                }
                out.write(header.contains("batchgetitem") ? READ : PUT);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads one request to its end. The header is in small letters, and empty when the client has closed. */
    private static String header(InputStream in, byte[] request) throws IOException {
        int read = 0;
        int end = -1;
        String header = "";
        while (end < 0 || read < end) {
            int some = in.read(request, read, request.length - read);
            if (some < 0) {
                return "";
            }
            read += some;
            if (end < 0) {
                header = new String(request, 0, read, ISO_8859_1).toLowerCase(Locale.ROOT);
                int body = header.indexOf(HEADER_END) + HEADER_END.length();
                end = body < HEADER_END.length() ? -1 : body + contentLength(header);
            }
        }
        return header;
    }

    private static int contentLength(String header) {
        String name = "content-length:";
        int from = header.indexOf(name) + name.length();
        return Integer.parseInt(
                header.substring(from, header.indexOf('\r', from)).strip());
    }

    private static String item(int number) {
        ItemKey key = PutCost.key(number);
        String body = Base64.getEncoder().encodeToString(PutCost.item(number).body());
        return "{\"pk\":{\"S\":\"" + key.partitionKey() + "\"},\"sk\":{\"S\":\"" + key.sortKey() + "\"},\"m\":{\"S\":\""
                + PutCost.mark(number).text() + "\"},\"b\":{\"B\":\"" + body + "\"},\"x\":{\"N\":\"1790000000\"}}";
    }

    private static byte[] answer(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(ISO_8859_1));
        return ("HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Mon, 30 Nov 2026 00:00:00 GMT\r\n"
                        + "Content-Type: application/x-amz-json-1.0\r\nContent-Length: " + body.length()
                        + "\r\nConnection: keep-alive\r\nx-amzn-RequestId: " + "A".repeat(52) + "\r\nx-amz-crc32: "
                        + crc.getValue() + HEADER_END + body)
                .getBytes(ISO_8859_1);
    }
}
