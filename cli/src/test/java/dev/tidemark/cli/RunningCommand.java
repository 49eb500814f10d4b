package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** {@code tidemark run} in this process, on free ports, until closed. */
public final class RunningCommand implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern API = Pattern.compile("API {2}(http://\\S+)");
    private static final Pattern KINESIS = Pattern.compile("AWS_ENDPOINT_URL_KINESIS=(http://\\S+)");
    private static final int UNFINISHED = -1;

    private final StringWriter err = new StringWriter();
    private final AtomicInteger exitCode = new AtomicInteger(UNFINISHED);
    private final CountDownLatch readyOrOver = new CountDownLatch(1);
    private final Output out = new Output();
    private final Thread thread;

    private RunningCommand(int port, List<String> options) {
        // Tests put what they have at once.
        List<String> arguments = new ArrayList<>(List.of("run", "--no-shard-limits"));
        arguments.addAll(options);
        arguments.addAll(List.of("--port", Integer.toString(port)));
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        thread = new Thread(() -> {
            exitCode.set(line.execute(arguments.toArray(String[]::new)));
            readyOrOver.countDown();
        });
    }

    /** Returns when the command says that it is ready. */
    public static RunningCommand start(List<String> options) throws InterruptedException {
        return start(0, options);
    }

    /** @param port of the API; 0 for any four ports */
    public static RunningCommand start(int port, List<String> options) throws InterruptedException {
        RunningCommand command = new RunningCommand(port, options);
        command.thread.start();
        assertThat(command.readyOrOver.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ready or over in time")
                .isTrue();
        assertThat(command.exitCode).as(command.err.toString()).hasValue(UNFINISHED);
        return command;
    }

    public URI api() {
        return address(API);
    }

    public URI kinesis() {
        return address(KINESIS);
    }

    String output() {
        return out.toString();
    }

    private URI address(Pattern pattern) {
        Matcher matcher = pattern.matcher(output());
        assertThat(matcher.find()).as("'%s' in %s", pattern, output()).isTrue();
        return URI.create(matcher.group(1));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).as("still running").isFalse();
    }

    /** Notices the empty line that ends what is printed at the start. */
    private final class Output extends StringWriter {

        @Override
        public void flush() {
            if (toString().contains("AWS_SECRET_ACCESS_KEY")) {
                readyOrOver.countDown();
            }
        }
    }
}
