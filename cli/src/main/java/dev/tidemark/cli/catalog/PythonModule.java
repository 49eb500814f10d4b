package dev.tidemark.cli.catalog;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A module for Python with two classes for each model of a catalog: {@code Discount}, a row of a request, and {@code
 * DiscountVector}, what is answered. They carry what the catalog says and compute nothing.
 *
 * <p>The text is ASCII, so that no terminal's encoding can change it: other characters are escaped. A name that Python or
 * the client has already gets an underscore behind it.
 */
final class PythonModule {

    private static final Set<String> KEYWORDS = Set.of(
            "False",
            "None",
            "True",
            "and",
            "as",
            "assert",
            "async",
            "await",
            "break",
            "class",
            "continue",
            "def",
            "del",
            "elif",
            "else",
            "except",
            "finally",
            "for",
            "from",
            "global",
            "if",
            "import",
            "in",
            "is",
            "lambda",
            "nonlocal",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
            "yield");

    /** What annotations in a class say: a field of this name would come between. */
    private static final Set<String> IN_ANNOTATIONS = Set.of("t", "tm", "str", "int", "bool");

    /** The attributes of all vectors. */
    private static final Set<String> OF_VECTORS = Set.of(
            "answer",
            "approximate",
            "array",
            "as_dict",
            "assumed",
            "at",
            "coverage",
            "freshness",
            "hash",
            "keys",
            "model",
            "names",
            "nulls",
            "reads",
            "receipt",
            "references",
            "request",
            "row",
            "stale",
            "values");

    private static final String HEAD = """
            ""\"The models of a Tidemark catalog, written by `tidemark generate python`. Generate it again instead of changing it.""\"
            # fmt: off
            # ruff: noqa

            from __future__ import annotations

            import typing as t
            from dataclasses import dataclass
            from decimal import Decimal

            import tidemark as tm
            """;

    private final Catalog catalog;
    private final StringBuilder text = new StringBuilder(HEAD);
    private final Set<String> classes = new HashSet<>(Set.of("None", "True", "False", "Decimal"));

    private PythonModule(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The module for all models of a catalog, in its order. */
    static String of(Catalog catalog) {
        PythonModule module = new PythonModule(catalog);
        catalog.models().forEach(module::add);
        return module.text.toString();
    }

    private void add(Model model) {
        String row =
                freeName(camelCase(model.name()), name -> classes.contains(name) || classes.contains(name + "Vector"));
        String vector = row + "Vector";
        classes.add(row);
        classes.add(vector);
        addVector(model, vector);
        addRow(model, row, vector);
    }

    private void addVector(Model model, String name) {
        line("");
        line("");
        line("class " + name + "(tm.Vector[tm.N]):");
        line(docstring("The vector of model `" + model.name() + "`."));
        Set<String> taken = new HashSet<>(OF_VECTORS);
        List<String> fields = new ArrayList<>();
        model.names().forEach(value -> fields.add(field(value.replace('.', '_'), taken)));
        List<String> shortNames =
                model.names().stream().map(PythonModule::shortName).toList();
        for (int i = 0; i < fields.size(); i++) {
            Model.Value value = model.vector().get(i);
            String declared = ": t.Optional[" + annotation(value.type()) + "] = tm.value(" + i + ")";
            line("");
            line("    " + fields.get(i) + declared);
            String about = description(value.name());
            line(docstring(value.name() + ": " + value.type().text() + (about.isEmpty() ? "" : ". " + about)));
            String shortName = shortNames.get(i);
            if (Collections.frequency(shortNames, shortName) == 1 && !isTaken(shortName, taken)) {
                line("    " + shortName + declared);
            }
        }
    }

    private void addRow(Model model, String name, String vector) {
        line("");
        line("");
        line("@dataclass(frozen=True)");
        line("class " + name + "(tm.Model[" + vector + "[float], " + vector + "[Decimal]]):");
        String about = catalog.notesOf("models." + model.name()).line();
        line(docstring(about.isEmpty() ? "A row of model `" + model.name() + "`." : about));
        line("");
        Set<String> taken = new HashSet<>();
        Map<String, String> fields = new LinkedHashMap<>();
        model.keys().forEach(key -> fields.put(key, field(key, taken)));
        model.request().forEach(input -> fields.put(input.name(), field(input.name(), taken)));
        model.keys().forEach(key -> line("    " + fields.get(key) + ": tm.Key"));
        // Python wants fields that may be left out to be last.
        model.request().stream()
                .filter(input -> input.defaultValue() == null)
                .forEach(input -> line("    " + fields.get(input.name()) + ": " + inputAnnotation(input)));
        for (Model.Input input : model.request()) {
            if (input.defaultValue() != null) {
                line("    " + fields.get(input.name()) + ": t.Optional[" + inputAnnotation(input) + "] = None");
                line(docstring("Default: " + literal(input.defaultValue()) + "."));
            }
        }
        if (!fields.isEmpty()) {
            line("");
        }
        addInfo(model, fields);
        line("    __vector__: t.ClassVar[t.Type[tm.Vector[t.Any]]] = " + vector);
    }

    private void addInfo(Model model, Map<String, String> fields) {
        line("    __tidemark__: t.ClassVar[tm.ModelInfo] = tm.ModelInfo(");
        line("        model=" + literal(model.name()) + ",");
        line("        hash=" + literal(model.hash()) + ",");
        list("names", literals(model.names()));
        list(
                "types",
                literals(model.vector().stream()
                        .map(value -> value.type().text())
                        .toList()));
        list("keys", literals(model.keys()));
        list("request", model.request().stream().map(PythonModule::input).toList());
        list("facts", literals(model.facts()));
        List<String> renamed = fields.entrySet().stream()
                .filter(one -> !one.getKey().equals(one.getValue()))
                .map(one -> literal(one.getKey()) + ": " + literal(one.getValue()))
                .toList();
        if (!renamed.isEmpty()) {
            block("fields", "{", renamed, "}");
        }
        line("    )");
    }

    private void list(String name, List<String> elements) {
        block(name, "[", elements, "]");
    }

    private void block(String name, String opening, List<String> elements, String closing) {
        if (elements.isEmpty()) {
            line("        " + name + "=" + opening + closing + ",");
            return;
        }
        line("        " + name + "=" + opening);
        elements.forEach(element -> line("            " + element + ","));
        line("        " + closing + ",");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    /** What the definition of a value says to people; empty if it says nothing. Fields of references say nothing. */
    private String description(String name) {
        int dot = name.indexOf('.');
        if (dot < 0 || name.startsWith(Model.valueNameOf(Model.REQUEST, ""))) {
            return "";
        }
        View view = catalog.view(name.substring(0, dot)).orElse(null);
        if (view == null) {
            return "";
        }
        String value = name.substring(dot + 1);
        String path = view.features().stream()
                .filter(feature -> feature.name().equals(value))
                .map(feature -> ".features."
                        + value.substring(
                                0, value.length() - feature.window().text().length() - 1))
                .findFirst()
                .orElse(".derived." + value);
        return catalog.notesOf("views." + view.name() + path).line();
    }

    /** A name for a field that is free, and taken from now on. */
    private static String field(String name, Set<String> taken) {
        String wanted = name.startsWith("_") ? "key" + name : name;
        String free = freeName(wanted, other -> isTaken(other, taken));
        taken.add(free);
        return free;
    }

    private static boolean isTaken(String field, Set<String> taken) {
        return KEYWORDS.contains(field) || IN_ANNOTATIONS.contains(field) || taken.contains(field);
    }

    private static String freeName(String wanted, Predicate<String> isTaken) {
        String name = wanted;
        while (isTaken.test(name)) {
            name += "_";
        }
        return name;
    }

    private static String shortName(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("_", -1)) {
            if (!word.isEmpty()) {
                camel.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
            }
        }
        return camel.toString();
    }

    private static String annotation(ValueType type) {
        return switch (type.kind()) {
            case INTEGER -> "int";
            case NUMBER -> "tm.N";
            case BOOLEAN -> "bool";
            case STRING -> "str";
            case SCALAR -> "t.Union[str, bool, tm.N]";
            case LIST -> "t.List[t.Optional[" + annotation(type.part()) + "]]";
            case STRUCT -> "t.Mapping[str, t.Any]";
            case MAP -> "t.Mapping[str, t.Optional[" + annotation(type.part()) + "]]";
        };
    }

    private static String inputAnnotation(Model.Input input) {
        return input.type().equals(ValueType.NUMBER) ? "tm.Number" : annotation(input.type());
    }

    private static String input(Model.Input input) {
        String start = "tm.Input(" + literal(input.name()) + ", "
                + literal(input.type().text());
        return start + (input.defaultValue() == null ? "" : ", default=" + literal(input.defaultValue())) + ")";
    }

    private static List<String> literals(List<String> texts) {
        return texts.stream().map(PythonModule::literal).toList();
    }

    /** As Python writes a number, a truth value or a text. */
    private static String literal(Object value) {
        if (value instanceof Boolean bool) {
            return bool ? "True" : "False";
        }
        if (!(value instanceof String string)) {
            return value.toString();
        }
        // The quote that needs fewer escapes, as formatters want it.
        String quote = count(string, '"') > count(string, '\'') ? "'" : "\"";
        return quote + escaped(string).replace(quote, "\\" + quote) + quote;
    }

    private static long count(String text, char wanted) {
        return text.chars().filter(one -> one == wanted).count();
    }

    /** A docstring: no three quotes may follow each other in it, and none may be the last of it. */
    private static String docstring(String text) {
        String escaped = escaped(text).replace("\"\"", "\"\\\"");
        String closed = escaped.endsWith("\"") ? escaped.substring(0, escaped.length() - 1) + "\\\"" : escaped;
        return "    \"\"\"" + closed + "\"\"\"";
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            if (point == '\\') {
                escaped.append("\\\\");
            } else if (point >= ' ' && point <= '~') {
                escaped.appendCodePoint(point);
            } else {
                String format = point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x";
                escaped.append(String.format(Locale.ROOT, format, point));
            }
        });
        return escaped.toString();
    }
}
