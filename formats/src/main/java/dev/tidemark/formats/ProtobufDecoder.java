package dev.tidemark.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.tidemark.core.catalog.Formats.UnusableFormat;
import dev.tidemark.core.event.EventDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of Protocol Buffers. Fields have the names of the proto file; those without presence are always there, others
 * only if they are set. Whole numbers are numbers, 64-bit ones too.
 */
final class ProtobufDecoder implements EventDecoder {

    private final Descriptors.Descriptor message;

    private ProtobufDecoder(Descriptors.Descriptor message) {
        this.message = message;
    }

    static ProtobufDecoder of(String base64, String name) throws UnusableFormat {
        FileDescriptorSet files;
        try {
            files = FileDescriptorSet.parseFrom(Base64.getDecoder().decode(base64));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new UnusableFormat(
                    "the descriptor is no set of file descriptors",
                    "write it with protoc --include_imports --descriptor_set_out");
        }
        Map<String, FileDescriptorProto> byName = new HashMap<>();
        files.getFileList().forEach(file -> byName.put(file.getName(), file));
        Map<String, FileDescriptor> built = new HashMap<>();
        for (FileDescriptorProto file : files.getFileList()) {
            for (Descriptors.Descriptor one : build(file, byName, built).getMessageTypes()) {
                Descriptors.Descriptor found = find(one, name);
                if (found != null) {
                    return new ProtobufDecoder(found);
                }
            }
        }
        throw new UnusableFormat(
                "the descriptor has no message '" + name + "'", "name one of its messages, with its package");
    }

    private static Descriptors.@Nullable Descriptor find(Descriptors.Descriptor in, String name) {
        if (in.getFullName().equals(name)) {
            return in;
        }
        return in.getNestedTypes().stream()
                .map(nested -> find(nested, name))
                .filter(found -> found != null)
                .findFirst()
                .orElse(null);
    }

    private static FileDescriptor build(
            FileDescriptorProto file, Map<String, FileDescriptorProto> byName, Map<String, FileDescriptor> built)
            throws UnusableFormat {
        FileDescriptor known = built.get(file.getName());
        if (known != null) {
            return known;
        }
        FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
        for (int i = 0; i < imports.length; i++) {
            FileDescriptor already = built.get(file.getDependency(i));
            // Taken out, so that a circle of imports ends.
            FileDescriptorProto imported = already == null ? byName.remove(file.getDependency(i)) : null;
            if (already == null && imported == null) {
                throw new UnusableFormat(
                        "the descriptor lacks " + file.getDependency(i) + ", which " + file.getName() + " imports",
                        "write it with protoc --include_imports --descriptor_set_out");
            }
            imports[i] = imported == null ? Objects.requireNonNull(already) : build(imported, byName, built);
        }
        try {
            FileDescriptor descriptor = FileDescriptor.buildFrom(file, imports);
            built.put(file.getName(), descriptor);
            return descriptor;
        } catch (Descriptors.DescriptorValidationException e) {
            throw new UnusableFormat(
                    "the descriptor of " + file.getName() + " is not whole: " + e.getMessage(),
                    "write it with protoc --include_imports --descriptor_set_out");
        }
    }

    @Override
    public byte[] decode(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(2 * data.length);
        try (JsonGenerator json = JsonTools.FACTORY.createGenerator(out)) {
            write(DynamicMessage.parseFrom(message, data), json);
        } catch (IOException | DateTimeException e) {
            throw NotDecoded.because("the record is no message " + message.getFullName());
        }
        return out.toByteArray();
    }

    private static void write(Message of, JsonGenerator json) throws IOException {
        Descriptors.Descriptor type = of.getDescriptorForType();
        if (type.getFullName().equals("google.protobuf.Timestamp")) {
            json.writeString(timestamp(of, type));
            return;
        }
        if (type.getFullName().startsWith("google.protobuf.")
                && type.getFullName().endsWith("Value")
                && type.getFields().size() == 1
                && !type.getFields().get(0).isRepeated()) {
            writeOne(type.getFields().get(0), of.getField(type.getFields().get(0)), json);
            return;
        }
        json.writeStartObject();
        for (FieldDescriptor field : type.getFields()) {
            if (field.isRepeated() || !field.hasPresence() || of.hasField(field)) {
                json.writeFieldName(field.getName());
                writeField(field, of.getField(field), json);
            }
        }
        json.writeEndObject();
    }

    private static String timestamp(Message of, Descriptors.Descriptor type) {
        long seconds = (Long) of.getField(type.findFieldByName("seconds"));
        int nanos = (Integer) of.getField(type.findFieldByName("nanos"));
        return Instant.ofEpochSecond(seconds, nanos).toString();
    }

    private static void writeField(FieldDescriptor field, Object value, JsonGenerator json) throws IOException {
        if (field.isMapField()) {
            json.writeStartObject();
            for (Object entry : (List<?>) value) {
                Message pair = (Message) entry;
                List<FieldDescriptor> fields = pair.getDescriptorForType().getFields();
                json.writeFieldName(pair.getField(fields.get(0)).toString());
                writeOne(fields.get(1), pair.getField(fields.get(1)), json);
            }
            json.writeEndObject();
        } else if (field.isRepeated()) {
            json.writeStartArray();
            for (Object element : (List<?>) value) {
                writeOne(field, element, json);
            }
            json.writeEndArray();
        } else {
            writeOne(field, value, json);
        }
    }

    private static void writeOne(FieldDescriptor field, Object value, JsonGenerator json) throws IOException {
        switch (field.getJavaType()) {
            case INT -> {
                boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT32
                        || field.getType() == FieldDescriptor.Type.FIXED32;
                json.writeNumber(isUnsigned ? Integer.toUnsignedLong((Integer) value) : (Integer) value);
            }
            case LONG -> {
                boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT64
                        || field.getType() == FieldDescriptor.Type.FIXED64;
                json.writeNumber(isUnsigned ? Long.toUnsignedString((Long) value) : value.toString());
            }
            case FLOAT, DOUBLE -> Numbers.write(value.toString(), json);
            case BOOLEAN -> json.writeBoolean((Boolean) value);
            case STRING -> json.writeString((String) value);
            case BYTE_STRING ->
                json.writeString(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case ENUM -> json.writeString(((Descriptors.EnumValueDescriptor) value).getName());
            case MESSAGE -> write((Message) value, json);
        }
    }
}
