package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.s3.S3MonitorLog;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.view.Monitor;
import java.util.Map;
import java.util.function.Supplier;

/** What logged vectors of each model show, as the audit function found it. */
public final class ClientSamples {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<MonitorLog> log;

    /** @param log is asked for when it is needed */
    public ClientSamples(Supplier<MonitorLog> log) {
        this.log = log;
    }

    /** Of a deployment. */
    public static ClientSamples of(Deployment deployment) {
        return new ClientSamples(() -> S3MonitorLog.ofVectors(
                deployment.clients().s3(),
                deployment.value(Environment.BUCKET),
                deployment.value(Environment.GENERATION),
                Backoff.system()));
    }

    /** By version; empty if none were compared lately. */
    public Map<String, ClientSample> newest(Monitor monitor, long nowMillis) {
        return log.get()
                .newest(monitor.model(), nowMillis - ClientSample.MAX_AGE_MILLIS)
                .join()
                .map(found -> read(found.text()))
                .orElse(Map.of());
    }

    /** @param byVersion what is known since a moment */
    public void write(Monitor monitor, long atMillis, Map<String, ClientSample> byVersion) {
        log.get().write(monitor.model(), atMillis, ClientSample.text(byVersion)).join();
    }

    private static Map<String, ClientSample> read(String text) {
        try {
            return ClientSample.of(JSON.readValue(text, Object.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was found of logged vectors is no JSON: " + text, e);
        }
    }
}
