package dev.tidemark.serve;

import dev.tidemark.functions.query.QueryFunction;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** One line for each request that does not get to the function, in the function's log; the function writes the others. */
final class RefusalLog extends Handler.Wrapper {

    private final QueryFunction function;

    RefusalLog(Handler handler, QueryFunction function) {
        super(handler);
        this.function = function;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long startNanos = System.nanoTime();
        Request.addCompletionListener(request, failure -> {
            if (request.getAttribute(ApiService.ANSWERED) == null) {
                @Nullable String id = response.getHeaders().get("x-amzn-RequestId");
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
                function.refused(response.getStatus(), id == null ? "unknown" : id, millis);
            }
        });
        return super.handle(request, response, callback);
    }
}
