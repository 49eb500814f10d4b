package dev.tidemark.serve;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and its like, as something to wait for.
 *
 * <p>A shutdown hook will not do: while hooks run, the AWS clients' native library no longer delivers answers, so a
 * batch in flight could never come to its end. Hence signals are handled before the shutdown begins. Java offers that
 * outside its specification only ({@code sun.misc.Signal}), so it is looked up at run time; where it is missing, a
 * signal ends the process at once, which the state survives like any other kill.
 */
public final class StopSignal implements AutoCloseable {

    private static final String[] NAMES = {"INT", "TERM", "HUP"};

    /** 128 and the number of SIGINT, as shells have it. */
    private static final int KILLED = 130;

    private final CountDownLatch received = new CountDownLatch(1);
    private final Map<String, Object> formerHandlers = new LinkedHashMap<>();

    /** Takes over the signals of this process; a second one ends it at once. */
    public static StopSignal install() {
        StopSignal stop = new StopSignal();
        for (String name : NAMES) {
            stop.install(name);
        }
        return stop;
    }

    /** Waits for a signal. */
    public void await() throws InterruptedException {
        received.await();
    }

    /** Gives the signals back. */
    @Override
    public void close() {
        formerHandlers.forEach(StopSignal::handle);
        formerHandlers.clear();
    }

    private void install(String name) {
        @Nullable Class<?> type = handlerType();
        if (type != null) {
            InvocationHandler receive = (proxy, method, arguments) -> {
                receive();
                return null;
            };
            Object handler = Proxy.newProxyInstance(StopSignal.class.getClassLoader(), new Class<?>[] {type}, receive);
            @Nullable Object former = handle(name, handler);
            if (former != null) {
                formerHandlers.put(name, former);
            }
        }
    }

    private static @Nullable Class<?> handlerType() {
        try {
            return Class.forName("sun.misc.SignalHandler");
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** The former handler; null where there is no such signal (Windows has no HUP), or Java must leave it alone. */
    private static @Nullable Object handle(String name, Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private void receive() {
        if (received.getCount() == 0) {
            Runtime.getRuntime().halt(KILLED);
        }
        received.countDown();
    }
}
