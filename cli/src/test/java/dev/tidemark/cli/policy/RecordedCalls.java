package dev.tidemark.cli.policy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Notes every call of every AWS client in this process, by whose access key signed it, as AWS itself tells callers apart.
 * The SDK finds this class by a file on the class path. Off until {@link #start}.
 */
public final class RecordedCalls implements ExecutionInterceptor {

    /** In the order in which they came; the same access again is not noted again. */
    private static final Map<String, Set<Access>> BY_CALLER = new ConcurrentHashMap<>();

    private static final Set<String> OPERATIONS = ConcurrentHashMap.newKeySet();
    private static final Set<String> UNKNOWN = ConcurrentHashMap.newKeySet();
    private static final Pattern CALLER = Pattern.compile("Credential=([^/]+)/");
    private static volatile boolean on;

    static void start() {
        BY_CALLER.clear();
        OPERATIONS.clear();
        UNKNOWN.clear();
        on = true;
    }

    static void stop() {
        on = false;
    }

    /** What a caller has needed since {@link #start}, or since the caller was forgotten. */
    static List<Access> of(String caller) {
        return List.copyOf(BY_CALLER.getOrDefault(caller, Set.of()));
    }

    static void forget(String caller) {
        BY_CALLER.remove(caller);
    }

    /** The operations of all those who count. */
    static Set<String> operations() {
        return new TreeSet<>(OPERATIONS);
    }

    /** Calls of which {@link Access} does not know the actions. */
    static Set<String> unknown() {
        return new TreeSet<>(UNKNOWN);
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        note(context.request(), context.httpRequest(), attributes, false);
    }

    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        if (context.exception() instanceof NoSuchKeyException) {
            note(context.request(), context.httpRequest().orElse(null), attributes, true);
        }
    }

    private static void note(
            SdkRequest request, @Nullable SdkHttpRequest sent, ExecutionAttributes attributes, boolean missing) {
        if (!on || sent == null) {
            return;
        }
        Matcher caller =
                CALLER.matcher(sent.firstMatchingHeader("Authorization").orElse(""));
        String name = caller.find() ? caller.group(1) : "nobody";
        if (name.equals(PolicyWorld.BYSTANDER)) {
            return;
        }
        OPERATIONS.add(String.valueOf(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME)));
        try {
            BY_CALLER
                    .computeIfAbsent(name, key -> ConcurrentHashMap.newKeySet())
                    .addAll(Access.of(request, missing));
        } catch (IllegalArgumentException e) {
            UNKNOWN.add(name + ": " + e.getMessage());
        }
    }

    /** For messages. */
    static String summary(List<Access> accesses) {
        return accesses.stream().map(Access::action).distinct().sorted().collect(Collectors.joining(", "));
    }
}
