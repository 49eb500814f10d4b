package dev.tidemark.core.change;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The calls that runs make to their stores, each carried out when its turn comes: in an order that a seed decides, and until
 * their run is killed.
 */
final class StoreCalls {

    private final List<Runnable> waiting = new ArrayList<>();

    /** One run, which may be killed at its n-th call. */
    final class Run {

        private final int kill;
        private final boolean carriedOut;
        private int calls;

        /**
         * @param kill the number of the call at which it dies
         * @param carriedOut whether the store still carries that call out
         */
        Run(int kill, boolean carriedOut) {
            this.kill = kill;
            this.carriedOut = carriedOut;
        }

        int calls() {
            return calls;
        }

        /** The same store, as this run calls it. */
        <S> S of(Class<S> type, S store) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> call(store, method, arguments)));
        }

        private CompletableFuture<Object> call(Object store, Method method, Object[] arguments) {
            CompletableFuture<Object> answer = new CompletableFuture<>();
            waiting.add(() -> {
                calls++;
                if (calls < kill) {
                    Object got = carryOut(store, method, arguments).join();
                    answer.complete(got);
                } else {
                    if (calls == kill && carriedOut) {
                        carryOut(store, method, arguments).join();
                    }
                    answer.completeExceptionally(new TimeoutException("killed at call " + kill));
                }
            });
            return answer;
        }
    }

    private static CompletableFuture<?> carryOut(Object store, Method method, Object[] arguments) {
        try {
            return (CompletableFuture<?>) method.invoke(store, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError(method.getName(), e);
        }
    }

    /** Carries out calls until no run makes another one. */
    void drain(Random random) {
        while (!waiting.isEmpty()) {
            waiting.remove(random.nextInt(waiting.size())).run();
        }
    }
}
