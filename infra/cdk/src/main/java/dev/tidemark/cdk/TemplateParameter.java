package dev.tidemark.cdk;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A parameter of the template: CloudFormation would check its value only when it is deployed. */
record TemplateParameter(String name, Map<String, Object> definition) {

    /**
     * The value as CloudFormation would see it: a number, a text, or a list of texts.
     *
     * @throws IllegalArgumentException if the template does not allow it
     */
    Object value(String text) {
        String type = text("Type", "String");
        if (type.startsWith("AWS::SSM::")) {
            throw new IllegalArgumentException(name + " is read from the parameter store when the stack is deployed, so"
                    + " its value cannot be fixed here: pass it to 'cdk deploy --parameters'");
        }
        requireAllowed(text);
        if (type.equals("Number")) {
            return number(text);
        }
        boolean isList = type.equals("CommaDelimitedList") || type.startsWith("List<");
        return isList ? Arrays.stream(text.split(",")).map(String::strip).toList() : text;
    }

    private void requireAllowed(String text) {
        Object pattern = definition.get("AllowedPattern");
        if (pattern != null && !Pattern.matches(pattern.toString(), text)) {
            throw problem(text, "must match " + pattern);
        }
        if (definition.get("AllowedValues") instanceof List<?> allowed
                && allowed.stream().map(String::valueOf).noneMatch(text::equals)) {
            throw problem(text, "must be one of " + allowed);
        }
    }

    private Number number(String text) {
        BigDecimal number;
        try {
            number = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw problem(text, "must be a number");
        }
        requireBound("MinValue", number, "must be at least ", -1);
        requireBound("MaxValue", number, "must be at most ", 1);
        return number.stripTrailingZeros().scale() <= 0 ? (Number) number.longValueExact() : number;
    }

    private void requireBound(String key, BigDecimal number, String what, int forbiddenSign) {
        Object bound = definition.get(key);
        if (bound != null && number.compareTo(new BigDecimal(bound.toString())) == forbiddenSign) {
            throw problem(number.toPlainString(), what + bound);
        }
    }

    private IllegalArgumentException problem(String text, String rule) {
        return new IllegalArgumentException(
                name + " = " + text + " " + rule + ": " + text("Description", "no description"));
    }

    private String text(String key, String otherwise) {
        @Nullable Object value = definition.get(key);
        return value == null ? otherwise : value.toString();
    }
}
