package dev.tidemark.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** A single value of a Parquet file as a JSON value. */
record ParquetScalar(PrimitiveType type) implements ParquetValue {

    /** @throws TableProblem if values of the type have no JSON value */
    static ParquetScalar of(String file, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation && !ParquetCells.isMoment(type)) {
            throw new TableProblem(
                    file + ": column '" + type.getName() + "' holds times without a zone, which name no moment:"
                            + " write it as UTC (isAdjustedToUTC), or as a text whose zone the catalog names");
        }
        boolean isText = logical instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation
                || logical instanceof LogicalTypeAnnotation.TimeLogicalTypeAnnotation
                || logical instanceof LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
        if (!isText && !ParquetCells.isMoment(type) && !ParquetCells.isScalar(type)) {
            throw new TableProblem(
                    file + ": column '" + type.getName() + "' holds " + (logical == null ? type : logical)
                            + ", which has no value in JSON: write it as a text or a number");
        }
        return new ParquetScalar(type);
    }

    @Override
    public JsonNode at(Group group, int field, int index) {
        Object cell = cell(group, field, index);
        if (isNoNumber(cell)) {
            return NullNode.getInstance();
        }
        Object value = ParquetCells.isMoment(type) ? null : ParquetCells.scalar(cell, type);
        if (value instanceof BigDecimal number) {
            return DecimalNode.valueOf(number);
        }
        if (value instanceof Boolean truth) {
            return BooleanNode.valueOf(truth);
        }
        return TextNode.valueOf(value instanceof String text ? text : ParquetCells.text(cell, type));
    }

    private static boolean isNoNumber(Object cell) {
        return (cell instanceof Double number && number.isNaN()) || (cell instanceof Float single && single.isNaN());
    }

    private Object cell(Group group, int field, int index) {
        PrimitiveTypeName kind = type.getPrimitiveTypeName();
        return switch (kind) {
            case INT32 -> group.getInteger(field, index);
            case INT64 -> group.getLong(field, index);
            case FLOAT -> group.getFloat(field, index);
            case DOUBLE -> group.getDouble(field, index);
            case BOOLEAN -> group.getBoolean(field, index);
            case INT96 -> group.getInt96(field, index);
            case BINARY, FIXED_LEN_BYTE_ARRAY -> group.getBinary(field, index);
        };
    }
}
