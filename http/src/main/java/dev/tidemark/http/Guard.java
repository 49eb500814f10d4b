package dev.tidemark.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets through only what was meant for this server. A page in a browser can send requests to a port of this machine, and
 * read the answers too once its own name leads here; its requests then have the page's name in Host, Origin or
 * Sec-Fetch-Site, which a page cannot change.
 */
final class Guard extends Handler.Wrapper {

    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
    private static final int DEFAULT_PORT = 80;
    private static final int MOST_QUOTED = 40;

    /** Invisible characters, or ones without a form in UTF-8. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    Guard(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        int port = Request.getLocalPort(request);
        String stranger = stranger(request, port);
        if (stranger == null) {
            return super.handle(request, response, callback);
        }
        GatewayProblem.of(
                        HttpStatus.MISDIRECTED_REQUEST_421,
                        stranger,
                        "ask for http://localhost:" + port + " or http://127.0.0.1:" + port
                                + ", from a program and not from another site's page")
                .send(response, callback);
        return true;
    }

    /** Why the request is not for this server; null if it is. */
    private static @Nullable String stranger(Request request, int port) {
        var uri = request.getHttpURI();
        HttpFields headers = request.getHeaders();
        if (!headers.contains(HttpHeader.HOST) || !isOwn(uri.getHost(), uri.getPort(), port)) {
            return "the request is for " + quoted(String.valueOf(headers.get(HttpHeader.HOST)))
                    + ", which is not the name of this server";
        }
        for (String origin : headers.getValuesList(HttpHeader.ORIGIN)) {
            if (!isOwnOrigin(origin, port)) {
                return "the request comes from a page of " + quoted(origin);
            }
        }
        for (String site : headers.getValuesList("Sec-Fetch-Site")) {
            if (!OWN_SITES.contains(site)) {
                return "the request comes from a page of another site (Sec-Fetch-Site: " + quoted(site) + ")";
            }
        }
        return null;
    }

    /** In quotes, cut, and with nothing that a terminal would act on: a stranger wrote it. */
    static String quoted(String text) {
        int length = text.codePointCount(0, text.length());
        String cut = text.substring(0, text.offsetByCodePoints(0, Math.min(length, MOST_QUOTED)));
        String seen = INVISIBLE
                .matcher(cut)
                .replaceAll(
                        found -> "\\\\u{" + Integer.toHexString(found.group().codePointAt(0)) + "}");
        return "'" + seen + (length > MOST_QUOTED ? "…'" : "'");
    }

    private static boolean isOwnOrigin(String origin, int port) {
        String scheme = "http://";
        int colon = origin.lastIndexOf(':');
        return origin.startsWith(scheme)
                && colon > scheme.length()
                && origin.substring(colon + 1).equals(Integer.toString(port))
                && isOwnName(origin.substring(scheme.length(), colon));
    }

    private static boolean isOwn(@Nullable String host, int hostPort, int port) {
        return host != null && (hostPort > 0 ? hostPort : DEFAULT_PORT) == port && isOwnName(host);
    }

    private static boolean isOwnName(String host) {
        return NAMES.contains(host.toLowerCase(Locale.ROOT));
    }
}
