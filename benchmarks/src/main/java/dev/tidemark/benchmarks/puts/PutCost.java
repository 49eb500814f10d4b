package dev.tidemark.benchmarks.puts;

import com.sun.management.OperatingSystemMXBean;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a conditional put of an item, or a BatchGetItem of a hundred, takes of a processor through the deployed item store
 * and the AWS SDK, against {@link PutStub}. It counts all threads of the process, compiler and garbage collector
 * included, and the kernel's part, but not the stub.
 *
 * <pre>PutCost CLIENT put|read CONCURRENCY ENDPOINT [OPERATIONS [ROUNDS]]</pre>
 *
 * {@code CLIENT} is one of {@link PutClients}, such as {@code crt} or {@code crt+direct}; {@code CONCURRENCY} is how many
 * requests are in flight; {@code ENDPOINT} is the stub's; {@code OPERATIONS} are those of a round (10,000, or 1,000
 * reads), and {@code ROUNDS} how many there are (15). It prints each round, and the median of the later half, which are warm.
 */
public final class PutCost {

    static final int KEYS_PER_READ = 100;

    /** Of zeros: Base64 and hashes take the same time for any. */
    private static final byte[] BODY = new byte[700];

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final String SEQUENCE = "49590338271490256608559692538361571095921575989136588898";

    private PutCost() {}

    public static void main(String[] args) {
        boolean reads = args[1].equals("read");
        int concurrency = Integer.parseInt(args[2]);
        URI endpoint = URI.create(args[3]);
        int operations = args.length > 4 ? Integer.parseInt(args[4]) : reads ? 1_000 : 10_000;
        int rounds = args.length > 5 ? Integer.parseInt(args[5]) : 15;
        try (PutClients clients = new PutClients(args[0], endpoint, concurrency)) {
            DynamoItemStore store = new DynamoItemStore(
                    clients.dynamoDb(), clients.dynamoDb(), "state", new CapacityCounter(), Backoff.system());
            Function<Integer, CompletableFuture<Void>> operation =
                    reads ? number -> read(store, number) : number -> put(store, number);
            List<Integer> numbers = IntStream.range(0, operations).boxed().toList();
            double[] micros = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                long cpu = SYSTEM.getProcessCpuTime();
                long clock = System.nanoTime();
                Flight.all(numbers, concurrency, operation).join();
                micros[round] = (SYSTEM.getProcessCpuTime() - cpu) / 1e3 / operations;
                System.out.printf(
                        "%s %s, %d at once: %.1f µs of processor time each, %d ms by the clock%n",
                        args[0], args[1], concurrency, micros[round], (System.nanoTime() - clock) / 1_000_000);
            }
            double[] warm = Arrays.copyOfRange(micros, rounds / 2, rounds);
            Arrays.sort(warm);
            System.out.printf(
                    "%s %s, %d at once, warm: %.1f µs (%.1f to %.1f)%n",
                    args[0], args[1], concurrency, warm[warm.length / 2], warm[0], warm[warm.length - 1]);
        }
    }

    private static CompletableFuture<Void> put(DynamoItemStore store, int number) {
        return store.put(key(number), item(number), mark(number + 1)).thenAccept(done -> {
            if (!(done instanceof Cas.Stored<StoredItem>)) {
                throw new IllegalStateException("the stub refused: " + done);
            }
        });
    }

    private static CompletableFuture<Void> read(DynamoItemStore store, int number) {
        List<ItemKey> keys = IntStream.range(0, KEYS_PER_READ)
                .mapToObj(each -> key(number + each))
                .toList();
        return store.read(keys).thenAccept(found -> {
            if (found.size() != KEYS_PER_READ) {
                throw new IllegalStateException("the stub has " + found.size() + " items");
            }
        });
    }

    static ItemKey key(int number) {
        return new ItemKey("3f9c0a1b2d4e5f60", "user-" + number, "30s", 28_333, "shardId-000000000001");
    }

    static Position mark(int number) {
        return new Position(SEQUENCE.substring(0, 46) + (1_000_000_000 + number), 0);
    }

    static StoredItem item(int number) {
        return new StoredItem(mark(number), BODY, 1_790_000_000);
    }
}
