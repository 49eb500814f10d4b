package dev.tidemark.cli.past;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.Receipt;
import dev.tidemark.core.past.ReceiptReplay;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.AnswerJson;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Computes answers again from their receipts, and compares what was written then with what would be written now. */
final class ReceiptAudit {

    private final Stores stores;
    private final Catalogs catalogs;
    private final Checkpoints checkpoints;

    /** @param checkpoints those that may be begun with */
    ReceiptAudit(Stores stores, Catalog catalog, Checkpoints checkpoints) {
        this.stores = stores;
        this.checkpoints = checkpoints;
        this.catalogs = Catalogs.of(catalog);
    }

    AuditReport audit(ReceiptFile.Served served) {
        Optional<View> view = catalogs.views().stream()
                .filter(known -> known.version().equals(served.viewVersion()))
                .findFirst();
        if (view.isEmpty()) {
            return AuditReport.of(
                    0,
                    0,
                    List.of(
                            difference(
                                    Difference.Kind.DEFINITION,
                                    served,
                                    "",
                                    "the answer is of view version " + served.viewVersion() + " (catalog "
                                            + served.catalogHash()
                                            + "), which this catalog does not have: name the catalog that answered with --catalog")),
                    null);
        }
        return compare(view.get(), served);
    }

    private AuditReport compare(View view, ReceiptFile.Served served) {
        Receipt receipt = served.receipt(view);
        ReceiptReplay.Reproduced reproduced =
                stores.await(new ReceiptReplay(catalogs, stores.past()).reproduce(view, receipt, checkpoints));
        JsonNode again = json(receipt, reproduced.answer());
        JsonNode today = json(receipt, reproduced.today());
        List<Difference> differences = new ArrayList<>();
        for (String name : receipt.names()) {
            JsonNode then = served.features().path(name);
            JsonNode now = again.path("features").path(name);
            if (!served.features().isMissingNode() && !same(then, now)) {
                differences.add(difference(
                        Difference.Kind.FAULT, served, name, "the archive makes " + now + ", the answer says " + then));
            } else if (!same(now, today.path("features").path(name))) {
                differences.add(difference(
                        Difference.Kind.LATE,
                        served,
                        name,
                        "right as it was served; with what is known today it is "
                                + today.path("features").path(name)));
            }
        }
        compareRest("coverage", served.shared().path("coverage"), again, served, differences);
        compareRest("approximate", served.own().path("approximate"), again, served, differences);
        String checkpoint = reproduced.made().checkpoint();
        return AuditReport.of(
                receipt.names().size(),
                reproduced.made().records(),
                differences,
                checkpoint == null ? AuditReport.ARCHIVE : checkpoint);
    }

    private static void compareRest(
            String member, JsonNode then, JsonNode again, ReceiptFile.Served served, List<Difference> differences) {
        boolean hasAnswer = !served.features().isMissingNode();
        if (hasAnswer && !same(then, again.path(member))) {
            differences.add(difference(
                    Difference.Kind.FAULT,
                    served,
                    member,
                    "the archive makes " + again.path(member) + ", the answer says " + then));
        }
    }

    /** Numbers with the same digits, not only of the same value. */
    private static boolean same(JsonNode a, JsonNode b) {
        return Objects.equals(a.toString(), b.toString());
    }

    private JsonNode json(Receipt receipt, Answer answer) {
        PastAnswer.Made made = new PastAnswer.Made(null, 0);
        PastAnswer past = receipt.untilAt()
                ? new PastAnswer(receipt.atMillis(), null, answer, made, List.of(), 0)
                : new PastAnswer(receipt.atMillis(), answer, null, made, List.of(), 0);
        try {
            return ReceiptFile.MAPPER.readTree(new AnswerJson(catalogs, receipt.atMillis()).past(past, false));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that is no JSON", e);
        }
    }

    private static Difference difference(Difference.Kind kind, ReceiptFile.Served served, String name, String text) {
        return new Difference(kind, served.viewName(), served.entity(), name, "", text);
    }
}
