import java.lang.instrument.Instrumentation;

/**
 * LocalStack starts DynamoDB Local with an agent of its own, which raises a limit on indexes and cannot be had here.
 * This one changes nothing; Tidemark has no indexes.
 */
public final class NoAgent {

    private NoAgent() {}

    public static void premain(String arguments, Instrumentation instrumentation) {}
}
