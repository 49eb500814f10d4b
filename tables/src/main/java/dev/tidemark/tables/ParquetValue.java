package dev.tidemark.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/** A field of a group as a JSON value. */
@FunctionalInterface
interface ParquetValue {

    JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** The value of the group's field; JSON's null for none. */
    default JsonNode of(Group group, int field) {
        return group.getFieldRepetitionCount(field) == 0 ? NullNode.getInstance() : at(group, field, 0);
    }

    /** The field's value that has the index; there is one. */
    JsonNode at(Group group, int field, int index);

    /** @throws TableProblem if values of the type have no JSON value */
    static ParquetValue of(String file, Type type) {
        ParquetValue one = one(file, type);
        return type.isRepetition(Type.Repetition.REPEATED) ? new Repeated(one) : one;
    }

    private static ParquetValue one(String file, Type type) {
        if (type.isPrimitive()) {
            return ParquetScalar.of(file, type.asPrimitiveType());
        }
        GroupType group = type.asGroupType();
        if (group.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            return list(file, group);
        }
        if (group.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation) {
            return new Entries(of(file, entry(group, 0)), of(file, entry(group, 1)));
        }
        return new Fields(
                group.getFields().stream().map(Type::getName).toList(),
                group.getFields().stream().map(field -> of(file, field)).toList());
    }

    private static Type entry(GroupType map, int field) {
        return map.getType(0).asGroupType().getType(field);
    }

    /** Old writers repeat the elements themselves, not a group that has one: the rules of Parquet's own description. */
    private static ParquetValue list(String file, GroupType list) {
        Type repeated = list.getType(0);
        boolean isElement = repeated.isPrimitive()
                || repeated.asGroupType().getFieldCount() != 1
                || repeated.getName().equals("array")
                || repeated.getName().equals(list.getName() + "_tuple");
        return new Elements(
                isElement
                        ? one(file, repeated)
                        : new Wrapped(of(file, repeated.asGroupType().getType(0))));
    }

    /** A field that is repeated without being a list. */
    record Repeated(ParquetValue one) implements ParquetValue {

        @Override
        public JsonNode of(Group group, int field) {
            ArrayNode values = JSON.arrayNode();
            for (int index = 0; index < group.getFieldRepetitionCount(field); index++) {
                values.add(one.at(group, field, index));
            }
            return values;
        }

        @Override
        public JsonNode at(Group group, int field, int index) {
            return one.at(group, field, index);
        }
    }

    record Elements(ParquetValue element) implements ParquetValue {

        @Override
        public JsonNode at(Group group, int field, int index) {
            return new Repeated(element).of(group.getGroup(field, index), 0);
        }
    }

    /** The one field of a group. */
    record Wrapped(ParquetValue value) implements ParquetValue {

        @Override
        public JsonNode at(Group group, int field, int index) {
            return value.of(group.getGroup(field, index), 0);
        }
    }

    record Entries(ParquetValue key, ParquetValue value) implements ParquetValue {

        @Override
        public JsonNode at(Group group, int field, int index) {
            Group map = group.getGroup(field, index);
            ObjectNode values = JSON.objectNode();
            for (int entry = 0; entry < map.getFieldRepetitionCount(0); entry++) {
                Group pair = map.getGroup(0, entry);
                values.set(key.of(pair, 0).asText(), value.of(pair, 1));
            }
            return values;
        }
    }

    record Fields(List<String> names, List<ParquetValue> fields) implements ParquetValue {

        public Fields {
            names = List.copyOf(names);
            fields = List.copyOf(fields);
        }

        @Override
        public JsonNode at(Group group, int field, int index) {
            Group object = group.getGroup(field, index);
            ObjectNode values = JSON.objectNode();
            for (int each = 0; each < names.size(); each++) {
                JsonNode value = fields.get(each).of(object, each);
                if (!value.isNull()) {
                    values.set(names.get(each), value);
                }
            }
            return values;
        }
    }
}
