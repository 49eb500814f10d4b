package dev.tidemark.core.expression;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.Arithmetic;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.Conversions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The operators and functions that compute in doubles, whatever kind of number they are given. */
enum DoubleFunction {
    ADD("_+_", 2, true),
    SUBTRACT("_-_", 2, true),
    MULTIPLY("_*_", 2, true),
    DIVIDE("_/_", 2, true),
    // The others are named as in CEL's math extension.
    ABS("math.abs", 1, false),
    CEIL("math.ceil", 1, false),
    FLOOR("math.floor", 1, false),
    GREATEST("math.greatest", 2, false),
    LEAST("math.least", 2, false),
    ROUND("math.round", 1, false),
    SQRT("math.sqrt", 1, false);

    /** What {@link #allBindings} also stands in for: conversions of numbers whose result told -0 from 0, or had no room. */
    static final Set<CelStandardFunctions.StandardOverload> REPLACED =
            Set.of(Conversions.DOUBLE_TO_STRING, Arithmetic.NEGATE_INT64);

    private static final List<CelType> NUMBERS = List.of(SimpleType.DOUBLE, SimpleType.INT);

    private final String celName;
    private final int arguments;
    private final boolean operator;

    DoubleFunction(String celName, int arguments, boolean operator) {
        this.celName = celName;
        this.arguments = arguments;
        this.operator = operator;
    }

    String celName() {
        return celName;
    }

    /** Whether it is written between its arguments. */
    boolean isOperator() {
        return operator;
    }

    /** Whether CEL's name is that of one of these operators. */
    static boolean isOperator(String celName) {
        return Stream.of(values()).anyMatch(function -> function.operator && function.celName.equals(celName));
    }

    /**
     * @param result the type the checker shall see: double, or dyn where the result may be compared with an integer
     */
    CelFunctionDecl declaration(CelType result) {
        List<CelOverloadDecl> overloads = new ArrayList<>();
        for (CelType first : NUMBERS) {
            if (arguments == 1) {
                overloads.add(CelOverloadDecl.newGlobalOverload(overloadId(first), result, first));
            } else {
                NUMBERS.forEach(second -> overloads.add(
                        CelOverloadDecl.newGlobalOverload(overloadId(first, second), result, first, second)));
            }
        }
        return CelFunctionDecl.newFunctionDeclaration(celName, overloads);
    }

    static List<CelFunctionBinding> allBindings() {
        List<CelFunctionBinding> bindings = new ArrayList<>();
        Stream.of(values()).forEach(function -> bindings.addAll(function.bindings()));
        bindings.add(CelFunctionBinding.from("double_to_string", Double.class, value -> Double.toString(value + 0.0)));
        bindings.add(CelFunctionBinding.from("negate_int64", Long.class, DoubleFunction::negate));
        return bindings;
    }

    /** As a double only where there is no such integer. */
    private static Number negate(Long value) {
        if (value == Long.MIN_VALUE) {
            return -value.doubleValue();
        }
        return -value;
    }

    private List<CelFunctionBinding> bindings() {
        CelType real = SimpleType.DOUBLE;
        CelType whole = SimpleType.INT;
        if (arguments == 1) {
            return List.of(
                    CelFunctionBinding.from(overloadId(real), Double.class, this::applyTo),
                    CelFunctionBinding.from(overloadId(whole), Long.class, this::applyTo));
        }
        return List.of(
                CelFunctionBinding.from(overloadId(real, real), Double.class, Double.class, this::applyTo),
                CelFunctionBinding.from(overloadId(real, whole), Double.class, Long.class, this::applyTo),
                CelFunctionBinding.from(overloadId(whole, real), Long.class, Double.class, this::applyTo),
                CelFunctionBinding.from(overloadId(whole, whole), Long.class, Long.class, this::applyTo));
    }

    private Double applyTo(Number a) {
        return apply(a.doubleValue(), 0);
    }

    private Double applyTo(Number a, Number b) {
        return apply(a.doubleValue(), b.doubleValue());
    }

    private double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case ABS -> Math.abs(a);
            case CEIL -> Math.ceil(a);
            case FLOOR -> Math.floor(a);
            case GREATEST -> Math.max(a, b);
            case LEAST -> Math.min(a, b);
            case ROUND -> roundHalfAway(a);
            case SQRT -> StrictMath.sqrt(a);
        };
    }

    /** Halves go away from zero, as in CEL. */
    private static double roundHalfAway(double value) {
        double magnitude = Math.abs(value);
        double whole = Math.floor(magnitude);
        return Math.copySign(magnitude - whole >= 0.5 ? whole + 1 : whole, value);
    }

    private String overloadId(CelType... types) {
        StringBuilder id = new StringBuilder("tidemark_").append(name());
        for (CelType type : types) {
            id.append('_').append(type.name());
        }
        return id.toString();
    }
}
