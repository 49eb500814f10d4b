package dev.tidemark.serve;

import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.JsonLogs;
import dev.tidemark.functions.LogLine;
import dev.tidemark.serve.FeatureService.Pulse;
import dev.tidemark.serve.ServeSettings.Issuer;
import dev.tidemark.serve.ServeSettings.Tls;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server listens, who may call it, and how much it takes on. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ServeOptions {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_CONCURRENCY = 512;
    private static final int MAX_DRAIN_SECONDS = 900;

    /** A request waits for DynamoDB some times as long as it computes; docs/serve.md has what was measured. */
    private static final int REQUESTS_PER_PROCESSOR = 8;

    @Option(
            names = "--stack",
            paramLabel = "NAME",
            description = "Use AWS, with the tables and the bucket of this stack of infra/template.yaml.")
    private @Nullable String stack;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Listen here; 0.0.0.0: on every address of this machine. Default: ${DEFAULT-VALUE}.")
    private String bind;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "N",
            description = "Listen on this port; 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--allow-anyone",
            description = "Ask nobody who they are: for an address that only those who may call can reach.")
    private boolean anyone;

    @Option(
            names = "--jwt-issuer",
            paramLabel = "URL",
            description = "Callers show a JSON Web Token of this issuer, whose keys OpenID Connect discovery finds.")
    private @Nullable String issuer;

    @Option(
            names = "--jwt-audience",
            paramLabel = "NAME",
            description = "The audience, or client id, that a token must be for.")
    private @Nullable String audience;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Callers show a certificate that one of these authorities signed (PEM).")
    private @Nullable Path clientCa;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serve over TLS, with this certificate and those that lead to its authority (PEM).")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's key (PEM, PKCS#8, not encrypted).")
    private @Nullable Path key;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description =
                    "Answer so many requests at once; as many again wait a moment, others are told to come again. "
                            + "Default: " + REQUESTS_PER_PROCESSOR + " for each processor.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--drain-seconds",
            defaultValue = "20",
            paramLabel = "N",
            description = "When stopped, answer requests that have arrived for so long. Default: ${DEFAULT-VALUE}.")
    private int drainSeconds;

    /**
     * The variables that the query function of the named stack has.
     *
     * @param environment where region and endpoint are looked up
     * @return empty if no stack is named
     */
    public Map<String, String> stackVariables(Map<String, String> environment) {
        return stack == null ? Map.of() : new Stack(environment).variables(stack);
    }

    /**
     * Checks everything that can be checked without starting.
     *
     * @throws CannotServe if the options contradict each other, or let in nobody or everybody
     */
    public void check() {
        settings();
    }

    /**
     * Serves until a signal comes, and logs lines of JSON to standard output.
     *
     * @return the exit code
     * @throws CannotServe if it cannot begin
     */
    public int serve(Deployment deployment) throws InterruptedException {
        ServeSettings settings = settings();
        PrintStream log = System.out;
        JsonLogs.install(log);
        try (StopSignal stop = StopSignal.install();
                FeatureService service = FeatureService.start(deployment, settings, log, Pulse.DEFAULT)) {
            say(log, LogLine.Level.INFO, "Listening on " + service.endpoint() + " for " + callers(settings));
            stop.await();
            say(log, LogLine.Level.INFO, "Stopping: answering what has arrived");
            if (!service.drain()) {
                say(log, LogLine.Level.WARN, "Requests were cut off after " + drainSeconds + " s");
            }
            return 0;
        } catch (BindException e) {
            throw new CannotServe("cannot serve: " + e.getMessage()
                    + ": stop what listens there, or take another address or port with --bind and --port");
        } catch (IOException e) {
            throw new CannotServe("cannot serve: " + e.getMessage()
                    + ": is the address of --bind one of this machine, and do certificate and key belong together?");
        }
    }

    private static void say(PrintStream log, LogLine.Level level, String message) {
        log.println(LogLine.of(System.currentTimeMillis(), level, message, line -> {}));
    }

    private static String callers(ServeSettings settings) {
        if (settings.isForThisMachine()) {
            return "programs on this machine";
        }
        List<String> callers = new ArrayList<>();
        if (settings.anyone()) {
            callers.add("anyone who can reach it");
        }
        if (settings.clientCa() != null) {
            callers.add("callers with a certificate of " + settings.clientCa());
        }
        if (settings.issuer() != null) {
            callers.add("callers with a token of " + settings.issuer().url() + " for "
                    + settings.issuer().audience() + (settings.tls() == null ? ", over plain HTTP" : ""));
        }
        return String.join(", and ", callers);
    }

    ServeSettings settings() {
        checkNumber("--port", port, 0, MAX_PORT);
        checkNumber("--drain-seconds", drainSeconds, 0, MAX_DRAIN_SECONDS);
        int atOnce = concurrency == null
                ? REQUESTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()
                : concurrency;
        checkNumber("--concurrency", atOnce, 1, MAX_CONCURRENCY);
        checkTogether("--jwt-issuer", issuer, "--jwt-audience", audience);
        checkTogether("--tls-cert", certificate, "--tls-key", key);
        if (clientCa != null && certificate == null) {
            throw new CannotServe("cannot serve: client certificates are part of TLS, and --client-ca is given without "
                    + "--tls-cert and --tls-key: give these too");
        }
        if (anyone && (issuer != null || clientCa != null)) {
            throw new CannotServe(
                    "cannot serve: --allow-anyone contradicts --jwt-issuer and --client-ca: leave it out, or them");
        }
        ServeSettings settings = new ServeSettings(
                bind,
                port,
                anyone,
                issuer == null || audience == null ? null : new Issuer(issuer, audience),
                clientCa,
                certificate == null || key == null ? null : new Tls(certificate, key),
                atOnce,
                drainSeconds);
        if (settings.isForThisMachine() && !isLoopback()) {
            throw new CannotServe(
                    "cannot serve: " + bind + " can be reached from other machines, and nothing says who may call: "
                            + "add --jwt-issuer with --jwt-audience, or --client-ca with --tls-cert and --tls-key, or, where a "
                            + "security group lets in only those who may, --allow-anyone");
        }
        return settings;
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new CannotServe("cannot serve: '" + bind + "' of --bind is no address of this machine: "
                    + "give one, or 0.0.0.0 for all");
        }
    }

    private static void checkNumber(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CannotServe("cannot serve: " + option + " must be " + least + " to " + most + ", not " + value);
        }
    }

    private static void checkTogether(
            String first, @Nullable Object firstValue, String second, @Nullable Object secondValue) {
        if ((firstValue == null) != (secondValue == null)) {
            throw new CannotServe("cannot serve: " + first + " and " + second + " belong together: give both, or none");
        }
    }
}
