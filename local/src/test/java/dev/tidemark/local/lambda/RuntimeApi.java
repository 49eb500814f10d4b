package dev.tidemark.local.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lambda's side of the runtime, for one sandbox: hands out invocations and takes what becomes of them, by the interface
 * that "Building a custom runtime for AWS Lambda" documents, and that of SnapStart.
 */
final class RuntimeApi implements AutoCloseable {

    /** How the journal names the call that tells Lambda to take the snapshot, and waits for a restore. */
    static final String RESTORE_NEXT = "runtime restore/next";

    /** How the journal names the call for the next invocation. */
    static final String INVOCATION_NEXT = "runtime invocation/next";

    private static final String ROOT = "/2018-06-01/runtime/";
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;

    /** One call waits for an invocation, the others answer it. */
    private static final int MAX_THREADS = 4;

    private final Journal journal;
    private final ExchangeServer server;
    private final BlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
    private final Map<String, Invocation> underWay = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> initialized = new CompletableFuture<>();
    private final CompletableFuture<Void> restore = new CompletableFuture<>();

    private record Invocation(
            String id, String payload, String functionArn, long deadlineMillis, CompletableFuture<String> answer) {}

    RuntimeApi(Journal journal) throws IOException {
        this.journal = journal;
        this.server = ExchangeServer.start("runtime-api", 0, MAX_THREADS, this::handle);
    }

    /** Host and port, as AWS_LAMBDA_RUNTIME_API names them. */
    String address() {
        return server.endpoint().getAuthority();
    }

    /** Hands a payload to the function; completes with its answer, or with a {@link FunctionFailed}. */
    CompletableFuture<String> invoke(String payload, String functionArn, long deadlineMillis) {
        Invocation invocation = new Invocation(
                UUID.randomUUID().toString(), payload, functionArn, deadlineMillis, new CompletableFuture<>());
        underWay.put(invocation.id(), invocation);
        waiting.add(invocation);
        return invocation.answer();
    }

    /** Completes when the function can be invoked, or its snapshot be taken; or with what it reported instead. */
    CompletableFuture<Void> initialized() {
        return initialized;
    }

    /** Restores the sandbox from its snapshot. */
    void restore() {
        restore.complete(null);
    }

    /** Ends all that is waited for: nothing will come any more. */
    void fail(FunctionFailed why) {
        initialized.completeExceptionally(why);
        underWay.values().forEach(invocation -> invocation.answer().completeExceptionally(why));
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String call = exchange.getRequestURI().getPath().substring(ROOT.length());
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            switch (call) {
                case "invocation/next" -> next(exchange);
                case "restore/next" -> restoreNext(exchange);
                case "init/error", "restore/error" -> failed(exchange, call, body);
                default -> outcome(exchange, call, body);
            }
        } catch (InterruptedException e) {
            // The server is being closed while the function waits.
            Thread.currentThread().interrupt();
        }
    }

    private void next(HttpExchange exchange) throws IOException, InterruptedException {
        journal.add(INVOCATION_NEXT);
        initialized.complete(null);
        Invocation invocation = waiting.take();
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Lambda-Runtime-Aws-Request-Id", invocation.id());
        headers.set("Lambda-Runtime-Deadline-Ms", Long.toString(invocation.deadlineMillis()));
        headers.set("Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn());
        headers.set(
                "Lambda-Runtime-Trace-Id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1");
        send(exchange, OK, invocation.payload());
    }

    private void restoreNext(HttpExchange exchange) throws IOException {
        journal.add(RESTORE_NEXT);
        initialized.complete(null);
        restore.join();
        send(exchange, OK, "");
    }

    private void failed(HttpExchange exchange, String call, String body) throws IOException {
        journal.add("runtime " + call);
        send(exchange, ACCEPTED, "{\"status\":\"OK\"}");
        fail(new FunctionFailed(call + ": " + errorType(exchange) + " " + body));
    }

    private void outcome(HttpExchange exchange, String call, String body) throws IOException {
        String[] parts = call.split("/", -1);
        Invocation invocation = parts.length == 3 ? underWay.remove(parts[1]) : null;
        if (invocation == null) {
            send(exchange, NOT_FOUND, "");
            return;
        }
        send(exchange, ACCEPTED, "{\"status\":\"OK\"}");
        if (parts[2].equals("response")) {
            invocation.answer().complete(body);
        } else {
            invocation.answer().completeExceptionally(new FunctionFailed(errorType(exchange) + " " + body));
        }
    }

    private static @Nullable String errorType(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("Lambda-Runtime-Function-Error-Type");
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
