package dev.tidemark.kinesis.http;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** An answer that is held in memory; its body must not be changed. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Reply(int status, Map<String, List<String>> headers, byte[] body) {

    void send(Response response, Callback callback) {
        response.setStatus(status);
        headers.forEach(
                (name, values) -> values.forEach(value -> response.getHeaders().add(name, value)));
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
