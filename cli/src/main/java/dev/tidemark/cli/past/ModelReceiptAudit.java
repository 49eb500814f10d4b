package dev.tidemark.cli.past;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.ModelReplay;
import dev.tidemark.core.serve.ModelAnswer;
import dev.tidemark.core.serve.ModelJson;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes a model's vectors again from their receipt, keys and request inputs, derived values too, and compares what was
 * written then with what would be written now.
 */
final class ModelReceiptAudit {

    private final Stores stores;
    private final Catalogs catalogs;
    private final Checkpoints checkpoints;

    /** @param checkpoints those that may be begun with */
    ModelReceiptAudit(Stores stores, Catalog catalog, Checkpoints checkpoints) {
        this.stores = stores;
        this.catalogs = Catalogs.of(catalog);
        this.checkpoints = checkpoints;
    }

    AuditReport audit(ReceiptFile.ServedModel served) {
        Optional<Model> model = catalogs.current().models().stream()
                .filter(known -> known.hash().equals(served.hash()))
                .findFirst();
        if (model.isEmpty()) {
            String text = "the answer is of the definition " + served.hash() + " (catalog "
                    + served.receipt().catalogHash()
                    + "), which this catalog does not have: name the catalog that answered with --catalog";
            return AuditReport.of(
                    0, 0, List.of(new Difference(Difference.Kind.DEFINITION, served.name(), "", "", "", text)), null);
        }
        return compare(model.get(), served);
    }

    private AuditReport compare(Model model, ReceiptFile.ServedModel served) {
        if (served.rows().isEmpty()) {
            throw new Failure(
                    "an answer of model '" + served.name() + "' has no rows: give answers as the API wrote them");
        }
        List<ModelRow> rows = new ArrayList<>();
        served.rows().forEach(row -> rows.add(ModelReplay.row(model, row.path("keys"), row.path("request"))));
        ModelReplay.Reproduced reproduced = stores.await(new ModelReplay(catalogs, stores.past())
                        .reproduce(List.of(new ModelReplay.Answered(model, served.receipt(), rows)), checkpoints))
                .get(0);
        AuditReport report = AuditReport.NONE;
        for (PastAnswer.Made made : reproduced.made()) {
            String checkpoint = made.checkpoint();
            report = report.plus(AuditReport.of(
                    0, made.records(), List.of(), checkpoint == null ? AuditReport.ARCHIVE : checkpoint));
        }
        JsonNode again = json(reproduced.then());
        JsonNode today = json(reproduced.today());
        List<Difference> differences = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            compareRow(model, served, row, again, today, differences);
        }
        for (String member : List.of("model", "names", "at", "coverage")) {
            compareRest(served.name(), "", member, served.document(), again, differences);
        }
        for (String member : List.of("model", "references")) {
            compareRest(
                    served.name(), "", member, served.document().path("receipt"), again.path("receipt"), differences);
        }
        return report.plus(AuditReport.of((long) rows.size() * model.vector().size(), 0, differences, null));
    }

    private static void compareRow(
            Model model,
            ReceiptFile.ServedModel served,
            int row,
            JsonNode again,
            JsonNode today,
            List<Difference> differences) {
        JsonNode written = served.rows().path(row);
        String keys = written.path("keys").toString();
        for (int i = 0; i < model.vector().size(); i++) {
            String name = model.vector().get(i).name();
            JsonNode then = written.path("values").path(i);
            JsonNode now = again.path("rows").path(row).path("values").path(i);
            JsonNode known = today.path("rows").path(row).path("values").path(i);
            if (!same(then, now)) {
                String text = "the archive makes " + now + ", the answer says " + then;
                differences.add(new Difference(Difference.Kind.FAULT, served.name(), keys, name, "", text));
            } else if (!same(now, known)) {
                String text = "right as it was served; with what is known today it is " + known;
                differences.add(new Difference(Difference.Kind.LATE, served.name(), keys, name, "", text));
            }
        }
        for (String member : List.of("approximate", "nulls", "request", "keys")) {
            compareRest(served.name(), keys, member, written, again.path("rows").path(row), differences);
        }
    }

    private static void compareRest(
            String model, String keys, String member, JsonNode served, JsonNode again, List<Difference> differences) {
        if (!same(served.path(member), again.path(member))) {
            String text = "the archive makes " + again.path(member) + ", the answer says " + served.path(member);
            differences.add(new Difference(Difference.Kind.FAULT, model, keys, member, "", text));
        }
    }

    /** Numbers with the same digits, not only of the same value. */
    private static boolean same(JsonNode a, JsonNode b) {
        return a.toString().equals(b.toString());
    }

    private JsonNode json(ModelAnswer answer) {
        try {
            return ReceiptFile.MAPPER.readTree(new ModelJson(catalogs, false).answer(answer));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that is no JSON", e);
        }
    }
}
