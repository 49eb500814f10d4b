package dev.tidemark.benchmarks.serve;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What an API over the sample shop's catalog takes to answer at fixed rates: {@code RequestRates URL SECONDS RATE...}. A request
 * is sent when it is due, whether or not earlier ones are answered, and its time counts from then: a server that falls behind
 * is not asked less.
 */
public final class RequestRates {

    private static final int USERS = 200;
    private static final int ITEMS = 50;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int WARM_UP_REQUESTS = 2_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(7);
    private final String url;

    private RequestRates(String url) {
        this.url = url;
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.parseInt(arguments[1]);
        RequestRates rates = new RequestRates(arguments[0]);
        for (int i = 2; i < arguments.length; i++) {
            int rate = Integer.parseInt(arguments[i]);
            rates.measure("single", seconds, rate, rates::single);
            rates.measure("batch of 50", seconds, Math.max(1, rate / 10), rates::batch);
            rates.measure("model of four views, 1 row", seconds, rate, () -> rates.model(1));
            rates.measure("model of four views, 50 rows", seconds, Math.max(1, rate / 10), () -> rates.model(50));
        }
    }

    private HttpRequest single() {
        return HttpRequest.newBuilder(URI.create(url + "/v1/views/viewer/entities/" + user()))
                .build();
    }

    private HttpRequest batch() {
        String entities =
                IntStream.range(0, 50).mapToObj(i -> '"' + user() + '"').collect(Collectors.joining(","));
        return post("/v1/features:batch", "{\"queries\":[{\"view\":\"viewer\",\"entities\":[" + entities + "]}]}");
    }

    /** All rows are of one user, as where items are ranked. */
    private HttpRequest model(int rows) {
        String user = user();
        String body = IntStream.range(0, rows)
                .mapToObj(row -> "{\"keys\":{\"user_id\":\"" + user
                        + "\",\"item_id\":\"item-" + String.format(Locale.ROOT, "%03d", 1 + random.nextInt(ITEMS))
                        + "\",\"category\":\"shoes\"},\"request\":{\"list_price\":59.9}}")
                .collect(Collectors.joining(","));
        return post("/v1/models/discount:features", "{\"rows\":[" + body + "]}");
    }

    private HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private String user() {
        return "user-" + (1 + random.nextInt(USERS));
    }

    private void measure(String name, int seconds, int rate, Supplier<HttpRequest> requests)
            throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP_REQUESTS / (requests.get().bodyPublisher().isPresent() ? 10 : 1); i++) {
            check(http.send(requests.get(), HttpResponse.BodyHandlers.ofByteArray())
                    .statusCode());
        }
        int count = seconds * rate;
        long[] nanos = new long[count];
        AtomicInteger failed = new AtomicInteger();
        List<CompletableFuture<?>> sent = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int at = i;
            long due = start + i * NANOS_PER_SECOND / rate;
            HttpRequest request = requests.get();
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            sent.add(http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                    .handle((response, failure) -> {
                        nanos[at] = System.nanoTime() - due;
                        if (failure != null || response.statusCode() != 200) {
                            failed.incrementAndGet();
                        }
                        return null;
                    }));
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
        Arrays.sort(nanos);
        print(System.out, name, rate, failed.get(), nanos);
    }

    private static void check(int status) {
        if (status != 200) {
            throw new IllegalStateException("status " + status + ": is it the sample shop's catalog, with a model?");
        }
    }

    private static void print(PrintStream out, String name, int rate, int failed, long[] sorted) {
        out.printf(
                Locale.ROOT,
                "%-30s %5d/s  p50 %6.1f ms  p99 %6.1f ms  failed %d%n",
                name,
                rate,
                sorted[sorted.length / 2] / NANOS_PER_MILLI,
                sorted[(int) (sorted.length * 0.99)] / NANOS_PER_MILLI,
                failed);
    }
}
