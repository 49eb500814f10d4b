package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.change.Claims;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.store.Quarantine;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Base64;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One record in quarantine, with its payload. */
@Command(
        name = "show",
        description = "Show a record in quarantine with its payload: what is wrong, and what to do about it.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class QuarantineShowCommand extends DeploymentCommand {

    @Parameters(paramLabel = "KEY", description = "The record's key, as the list shows it.")
    private String key;

    @Override
    public Integer call() {
        try (Stores stores = deployment.open()) {
            Quarantine.Entry entry = new QuarantineReader(stores).read(key);
            Claims claims = new Claims(stores.redriveLog());
            stores.await(claims.catchUp());
            print(out(), entry, claims);
        }
        return 0;
    }

    private static void print(PrintWriter out, Quarantine.Entry entry, Claims claims) {
        out.println("view       " + entry.view() + " (version " + entry.viewVersion() + ")");
        out.println("stream     " + entry.lane().streamName() + ", "
                + entry.lane().shardId() + " (lane " + entry.lane().id() + ")");
        out.println("position   " + entry.record().position().text());
        out.println("arrival    " + Instant.ofEpochMilli(entry.record().arrivalMillis()));
        out.println("partition  " + ShownText.line(entry.record().partitionKey()));
        out.println("reason     " + entry.reason().reason());
        out.println("problem    " + entry.reason().getMessage());
        out.println("remedy     " + entry.reason().remedy());
        out.println("redriven   " + redriven(entry, claims));
        byte[] data = entry.record().data();
        @Nullable String text = Utf8.decode(data);
        out.println("payload    " + Plural.of(data.length, "byte") + (text == null ? ", in base64" : ""));
        out.println();
        out.println(text == null ? Base64.getEncoder().encodeToString(data) : ShownText.text(text));
    }

    private static String redriven(Quarantine.Entry entry, Claims claims) {
        OptionalLong manifest = claims.manifestOf(entry);
        if (manifest.isEmpty()) {
            return "no";
        }
        return "by redrive " + manifest.getAsLong() + (claims.isDone(manifest.getAsLong()) ? "" : ", not finished");
    }
}
