package dev.tidemark.core.event;

import dev.tidemark.core.event.FieldPath.As;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A slot whose field is not read as it stands: where its value comes from and what becomes of it. What cannot be
 * converted stays what it is, but a text that should be a number is {@link Flaw#NO_NUMBER}.
 *
 * @param from the slot that holds the value as it stands; of a constant any
 * @param to the slot to fill, which may be the same
 */
record Conversion(int from, int to, FieldPath path) {

    /** As JSON writes numbers, and with a plus sign, leading zeros or digits on one side of the point only. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    /** In an order in which nothing is converted before it is copied. */
    static Conversion[] of(List<FieldPath> fields) {
        Map<List<FieldPath.Step>, Integer> read = new HashMap<>();
        for (int slot : PathNode.rootOf(fields).slots()) {
            read.put(fields.get(slot).steps(), slot);
        }
        List<Conversion> copied = new ArrayList<>();
        List<Conversion> inPlace = new ArrayList<>();
        for (int slot = 0; slot < fields.size(); slot++) {
            FieldPath path = fields.get(slot);
            if (path.as() != As.VALUE) {
                int from = path.isConstant() ? slot : read.getOrDefault(path.steps(), slot);
                (from == slot ? inPlace : copied).add(new Conversion(from, slot, path));
            }
        }
        copied.addAll(inPlace);
        return copied.toArray(Conversion[]::new);
    }

    void apply(EventRow row) {
        if (path.isConstant()) {
            row.setString(to, path.name());
        } else if (row.kind(from) == EventRow.Kind.LIST) {
            row.setElements(to, row.elements(from).stream().map(this::converted).toList());
        } else {
            convert(row, from, row, to);
        }
    }

    private EventRow converted(EventRow element) {
        EventRow converted = new EventRow(1);
        convert(element, 0, converted, 0);
        return converted;
    }

    private void convert(EventRow source, int sourceSlot, EventRow target, int slot) {
        EventRow.Kind kind = source.kind(sourceSlot);
        if (kind != EventRow.Kind.STRING) {
            target.copy(source, sourceSlot, slot);
            return;
        }
        String text = source.string(sourceSlot);
        switch (path.as()) {
            case NUMBER -> number(text, target, slot);
            case TRUNCATE -> target.setString(slot, Bounds.contain(text) ? text : truncated(text));
            case HASH -> target.setString(slot, Bounds.contain(text) ? text : hashed(text));
            case SHORT -> {
                target.copy(source, sourceSlot, slot);
                if (!Bounds.contain(text)) {
                    target.setAbsent(slot);
                }
            }
            case VALUE, CONSTANT -> throw new IllegalStateException("nothing is converted to " + path.as());
        }
    }

    private static void number(String text, EventRow row, int slot) {
        if (!NUMBER.matcher(text).matches()) {
            row.setFlawed(slot, Flaw.NO_NUMBER);
            return;
        }
        char[] digits = (text.startsWith("+") ? text.substring(1) : text).toCharArray();
        new DecimalText().readInto(row, slot, digits, 0, digits.length);
    }

    private static String truncated(String text) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (bytes > Bounds.MAX_SCALAR_BYTES) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return text.substring(0, end);
    }

    private static String hashed(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
