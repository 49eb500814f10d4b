package dev.tidemark.http;

import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What Jetty itself refuses, or what failed under it, as a problem document. */
final class ProblemErrors extends ErrorHandler {

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        problem(isTimeout(cause) ? HttpStatus.REQUEST_TIMEOUT_408 : code, cause).send(response, callback);
    }

    private static boolean isTimeout(@Nullable Throwable cause) {
        return cause instanceof TimeoutException || (cause != null && isTimeout(cause.getCause()));
    }

    private static Reply problem(int status, @Nullable Throwable cause) {
        return switch (status) {
            case HttpStatus.REQUEST_TIMEOUT_408 ->
                GatewayProblem.of(status, "the request did not arrive in time", "send it without long pauses");
            case HttpStatus.PAYLOAD_TOO_LARGE_413 ->
                GatewayProblem.of(status, "the body is too large", "split the request into several");
            case HttpStatus.URI_TOO_LONG_414 ->
                GatewayProblem.of(
                        status,
                        "the URL is longer than " + HttpServer.MAX_HEADER_BYTES + " bytes",
                        "ask for fewer names at once, or use a batch");
            case HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
                GatewayProblem.of(
                        status,
                        "the headers have more than " + HttpServer.MAX_HEADER_BYTES + " bytes",
                        "send fewer or shorter headers");
            case HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 ->
                GatewayProblem.of(status, "the version of HTTP is not spoken here", "use HTTP/1.1");
            default ->
                HttpStatus.isClientError(status)
                        ? malformed(status, cause)
                        : GatewayProblem.of(
                                status,
                                "the request could not be answered for a reason that is not yours",
                                "try again");
        };
    }

    private static Reply malformed(int status, @Nullable Throwable cause) {
        // Such as "Illegal Path Character": Jetty's fixed words about the request, nothing of what happened inside.
        String reason =
                cause instanceof HttpException refused && refused.getReason() != null ? ": " + refused.getReason() : "";
        return GatewayProblem.of(
                status,
                "the request is not well-formed" + reason,
                "percent-encode what a URL cannot hold ('|' is written %7C, a space %20), and send each header as HTTP/1.1"
                        + " has it");
    }
}
