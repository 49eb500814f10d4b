package dev.tidemark.core.expression;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates a syntax tree; null where the shape is another. */
final class ShortcutBuilder {

    private final Map<String, Integer> slotOf;

    /** @return empty if the expression has another shape */
    static Optional<Shortcut> build(CelExpr expression, Map<String, Integer> slotOf) {
        return Optional.ofNullable(new ShortcutBuilder(slotOf).build(expression));
    }

    private ShortcutBuilder(Map<String, Integer> slotOf) {
        this.slotOf = slotOf;
    }

    private @Nullable Shortcut build(CelExpr expression) {
        Integer slot = slot(expression);
        if (slot != null) {
            return new Shortcut.IsTrue(slot);
        }
        return expression.getKind() == CelExpr.ExprKind.Kind.CALL ? call(expression.call()) : null;
    }

    private @Nullable Shortcut call(CelExpr.CelCall call) {
        return switch (call.function()) {
            case "_&&_" -> joined(call, true);
            case "_||_" -> joined(call, false);
            case "!_" -> not(build(call.args().get(0)));
            case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" -> comparison(call);
            case "@in" -> anyOf(call);
            default -> null;
        };
    }

    private @Nullable Shortcut joined(CelExpr.CelCall call, boolean and) {
        Shortcut left = build(call.args().get(0));
        Shortcut right = build(call.args().get(1));
        if (left == null || right == null) {
            return null;
        }
        return and ? new Shortcut.And(left, right) : new Shortcut.Or(left, right);
    }

    private static @Nullable Shortcut not(@Nullable Shortcut part) {
        return part == null ? null : new Shortcut.Not(part);
    }

    private @Nullable Shortcut comparison(CelExpr.CelCall call) {
        CelExpr left = call.args().get(0);
        CelExpr right = call.args().get(1);
        Integer slot = slot(left);
        if (slot != null && right.getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
            return comparison(slot, call.function(), right.constant());
        }
        slot = slot(right);
        return slot != null && left.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                ? comparison(slot, mirrored(call.function()), left.constant())
                : null;
    }

    private static @Nullable Shortcut comparison(int slot, String operator, CelConstant literal) {
        return switch (literal.getKind()) {
            case INT64_VALUE ->
                isExact(literal.int64Value()) ? number(slot, operator, (double) literal.int64Value()) : null;
            case DOUBLE_VALUE -> number(slot, operator, literal.doubleValue());
            case STRING_VALUE -> equality(operator, new Shortcut.IsString(slot, literal.stringValue()));
            case BOOLEAN_VALUE -> equality(operator, new Shortcut.IsBoolean(slot, literal.booleanValue()));
            case NULL_VALUE -> equality(operator, new Shortcut.IsNull(slot));
            default -> null;
        };
    }

    private static @Nullable Shortcut equality(String operator, Shortcut equal) {
        return switch (operator) {
            case "_==_" -> equal;
            case "_!=_" -> new Shortcut.Not(equal);
            default -> null;
        };
    }

    private static @Nullable Shortcut number(int slot, String operator, double literal) {
        return switch (operator) {
            case "_==_" -> new Shortcut.Comparison(slot, literal, false, true, false, true);
            case "_!=_" -> new Shortcut.Comparison(slot, literal, true, false, true, true);
            case "_<_" -> new Shortcut.Comparison(slot, literal, true, false, false, false);
            case "_<=_" -> new Shortcut.Comparison(slot, literal, true, true, false, false);
            case "_>_" -> new Shortcut.Comparison(slot, literal, false, false, true, false);
            case "_>=_" -> new Shortcut.Comparison(slot, literal, false, true, true, false);
            default -> null;
        };
    }

    private @Nullable Shortcut anyOf(CelExpr.CelCall call) {
        Integer slot = slot(call.args().get(0));
        CelExpr list = call.args().get(1);
        if (slot == null || list.getKind() != CelExpr.ExprKind.Kind.LIST) {
            return null;
        }
        Set<String> literals = new HashSet<>();
        for (CelExpr element : list.list().elements()) {
            if (element.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                    || element.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
                return null;
            }
            literals.add(element.constant().stringValue());
        }
        return new Shortcut.IsAnyOf(slot, Set.copyOf(literals));
    }

    private @Nullable Integer slot(CelExpr expression) {
        String chain = FieldReferences.chain(expression);
        return chain == null ? null : slotOf.get(chain);
    }

    private static String mirrored(String operator) {
        return switch (operator) {
            case "_<_" -> "_>_";
            case "_<=_" -> "_>=_";
            case "_>_" -> "_<_";
            case "_>=_" -> "_<=_";
            default -> operator;
        };
    }

    private static boolean isExact(long value) {
        return value <= ValueOrder.MAX_EXACT && value >= -ValueOrder.MAX_EXACT;
    }
}
