package dev.tidemark.training;

import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The types of columns. They follow from the definitions, never from the data. */
final class ColumnTypes {

    private ColumnTypes() {}

    static PrimitiveType moment(String name) {
        return Types.optional(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MILLIS))
                .named(name);
    }

    /**
     * A list or an object is a group, in the form that Parquet's specification gives LIST and MAP.
     *
     * @param exact numbers are texts, so that no digit is lost
     */
    static Type value(String name, ValueType type, boolean exact) {
        return switch (type.kind()) {
            case INTEGER -> Types.optional(PrimitiveTypeName.INT64).named(name);
            case NUMBER ->
                exact ? text(name) : Types.optional(PrimitiveTypeName.DOUBLE).named(name);
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
            case STRING, SCALAR -> text(name);
            case LIST ->
                Types.optionalList()
                        .element(value("element", type.part(), exact))
                        .named(name);
            case MAP ->
                Types.optionalMap()
                        .key(Types.required(PrimitiveTypeName.BINARY)
                                .as(LogicalTypeAnnotation.stringType())
                                .named("key"))
                        .value(value("value", type.part(), exact))
                        .named(name);
            case STRUCT -> new GroupType(Type.Repetition.OPTIONAL, name, members(type, exact));
        };
    }

    private static List<Type> members(ValueType struct, boolean exact) {
        List<Type> members = new ArrayList<>();
        for (int i = 0; i < struct.names().size(); i++) {
            members.add(value(struct.names().get(i), struct.parts().get(i), exact));
        }
        return members;
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
