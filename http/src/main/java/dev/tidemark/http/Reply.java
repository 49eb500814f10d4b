package dev.tidemark.http;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** An answer that is held in memory; its body must not be changed. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Reply(int status, Map<String, List<String>> headers, byte[] body) {

    /** The same with one more header. */
    public Reply with(String header, String value) {
        Map<String, List<String>> more = new HashMap<>(headers);
        more.put(header, List.of(value));
        return new Reply(status, more, body);
    }

    /** Ends the request. */
    public void send(Response response, Callback callback) {
        response.setStatus(status);
        headers.forEach(
                (name, values) -> values.forEach(value -> response.getHeaders().add(name, value)));
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
