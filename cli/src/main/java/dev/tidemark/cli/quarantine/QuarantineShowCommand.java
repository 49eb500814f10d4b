package dev.tidemark.cli.quarantine;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.change.Claims;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.RawRecord;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private CatalogOption catalog;

    @Override
    public Integer call() {
        try (Stores stores = deployment.open()) {
            Quarantine.Entry entry = new QuarantineReader(stores).read(key);
            Claims claims = new Claims(stores.redriveLog());
            stores.await(claims.catchUp());
            print(out(), entry, claims);
            catalog.find(deployment)
                    .flatMap(definitions ->
                            definitions.sourceOfStream(entry.lane().streamName()))
                    .flatMap(source -> decoded(source, entry.record(), stores))
                    .ifPresent(event -> print(out(), event));
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

    private static void print(PrintWriter out, String event) {
        out.println();
        out.println("decoded");
        out.println();
        out.println(ShownText.text(event));
    }

    /** The event in JSON, or why the payload holds none; empty if the source's payloads are JSON. */
    private static Optional<String> decoded(Catalog.Source source, RawRecord record, Stores stores) {
        if (source.format().decoder() == null) {
            return Optional.empty();
        }
        stores.await(stores.inputs().prepare(source.reading(List.of()), List.of(record)));
        return Optional.of(decoded(source, record));
    }

    /** Likewise, once what reading takes is prepared. */
    static String decoded(Catalog.Source source, RawRecord record) {
        try {
            return new String(source.reader().event(record), StandardCharsets.UTF_8);
        } catch (InvalidEvent e) {
            return "nothing: " + e.getMessage();
        }
    }

    private static String redriven(Quarantine.Entry entry, Claims claims) {
        OptionalLong manifest = claims.manifestOf(entry);
        if (manifest.isEmpty()) {
            return "no";
        }
        return "by redrive " + manifest.getAsLong() + (claims.isDone(manifest.getAsLong()) ? "" : ", not finished");
    }
}
