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
import dev.tidemark.core.past.ReceiptReplay;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.ModelAnswer;
import dev.tidemark.core.serve.ModelJson;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            String text = "the answer is of the definition " + served.hash() + " (catalog " + served.catalogHash()
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
        served.rows().forEach(row -> rows.add(row(model, row)));
        List<ModelAnswer.Read> then = new ArrayList<>();
        List<ModelAnswer.Read> now = new ArrayList<>();
        AuditReport report = AuditReport.NONE;
        for (Model.ViewInput input : model.views()) {
            Map<String, Answer> answersThen = new LinkedHashMap<>();
            Map<String, Answer> answersNow = new LinkedHashMap<>();
            for (String entity :
                    rows.stream().map(row -> row.entity(input)).distinct().toList()) {
                ReceiptReplay.Reproduced one = stores.await(new ReceiptReplay(catalogs, stores.past())
                        .reproduce(input.view(), served.receipt(input, entity), checkpoints));
                answersThen.put(entity, one.answer());
                answersNow.put(entity, one.today());
                String checkpoint = one.made().checkpoint();
                report = report.plus(AuditReport.of(
                        0, one.made().records(), List.of(), checkpoint == null ? AuditReport.ARCHIVE : checkpoint));
            }
            then.add(read(input, answersThen));
            now.add(read(input, answersNow));
        }
        JsonNode again = json(new ModelAnswer(model, served.atMillis(), rows, then, null));
        JsonNode today = json(new ModelAnswer(model, served.atMillis(), rows, now, null));
        List<Difference> differences = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            compareRow(model, served, row, again, today, differences);
        }
        for (String member : List.of("model", "names", "at", "coverage")) {
            compareRest(served.name(), "", member, served.document(), again, differences);
        }
        compareRest(served.name(), "", "model", served.document().path("receipt"), again.path("receipt"), differences);
        return report.plus(AuditReport.of((long) rows.size() * model.vector().size(), 0, differences, null));
    }

    private static ModelRow row(Model model, JsonNode row) {
        Map<String, Object> request = new LinkedHashMap<>();
        model.request().forEach(input -> {
            JsonNode given = row.path("request").path(input.name());
            request.put(input.name(), input.accept(ValueJson.scalar(given)));
        });
        return new ModelRow(
                model.keys().stream()
                        .map(name -> row.path("keys").path(name).asText())
                        .toList(),
                request);
    }

    private static ModelAnswer.Read read(Model.ViewInput input, Map<String, Answer> answers) {
        Answer any = answers.values().iterator().next();
        return new ModelAnswer.Read(input, any.plan(), any.progress(), answers);
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
