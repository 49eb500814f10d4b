package dev.tidemark.serve;

import dev.tidemark.http.Reply;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Lets in whom a check lets in. */
final class Gate extends Handler.Wrapper {

    private final Check check;

    /** Thread-safe. */
    interface Check {

        /** The answer for a caller who may not call; null for one who may. */
        @Nullable
        Reply refusal(Request request);
    }

    Gate(Handler handler, Check check) {
        super(handler);
        this.check = check;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        @Nullable Reply refusal = check.refusal(request);
        if (refusal == null) {
            return super.handle(request, response, callback);
        }
        refusal.send(response, callback);
        return true;
    }
}
