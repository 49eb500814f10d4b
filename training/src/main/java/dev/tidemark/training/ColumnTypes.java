package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** The types of columns. They follow from the definitions, never from the data. */
final class ColumnTypes {

    private ColumnTypes() {}

    static PrimitiveType moment(String name) {
        return Types.optional(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MILLIS))
                .named(name);
    }

    /** @param exact numbers are texts, so that no digit is lost */
    static PrimitiveType value(String name, ValueType type, boolean exact) {
        return switch (type.kind()) {
            case INTEGER -> Types.optional(PrimitiveTypeName.INT64).named(name);
            case NUMBER ->
                exact ? text(name) : Types.optional(PrimitiveTypeName.DOUBLE).named(name);
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
            case STRING, SCALAR, LIST, STRUCT, MAP -> text(name);
        };
    }

    private static PrimitiveType text(String name) {
        return Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(name);
    }

    /** What each of the view's values is; see {@link View#valueNames}. */
    static Map<String, ValueType> types(View view) {
        Map<String, ValueType> types = new HashMap<>();
        view.features().forEach(feature -> types.put(feature.name(), feature.type()));
        view.derived().forEach(derived -> types.put(derived.name(), derived.type()));
        return types;
    }
}
