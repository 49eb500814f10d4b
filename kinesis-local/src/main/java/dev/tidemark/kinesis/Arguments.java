package dev.tidemark.kinesis;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The members of one request. */
record Arguments(Wire wire, JsonNode message) {

    /** The stream by {@code StreamName} or {@code StreamARN}. */
    String stream() {
        String name = optionalText("StreamName");
        String arn = optionalText("StreamARN");
        if (name == null && arn == null) {
            throw Checks.invalid("Either StreamName or StreamARN must be provided.");
        }
        if (arn == null) {
            Checks.name("streamName", Objects.requireNonNull(name));
            return name;
        }
        String fromArn = nameOf(arn);
        if (name != null && !name.equals(fromArn)) {
            throw Checks.invalid("StreamName " + name + " and StreamARN " + arn + " do not match.");
        }
        return fromArn;
    }

    private static String nameOf(String arn) {
        int at = arn.indexOf(":stream/");
        if (!arn.startsWith("arn:") || at < 0) {
            throw Checks.validation(
                    "streamARN",
                    "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+");
        }
        String name = arn.substring(at + ":stream/".length());
        Checks.name("streamARN", name);
        return name;
    }

    String text(String member) {
        String text = optionalText(member);
        if (text == null) {
            throw missing(member);
        }
        return text;
    }

    @Nullable
    String optionalText(String member) {
        JsonNode value = message.get(member);
        return value == null || value.isNull() ? null : value.asText();
    }

    int integer(String member) {
        JsonNode value = message.get(member);
        if (value == null || !value.isIntegralNumber()) {
            throw missing(member);
        }
        return value.intValue();
    }

    int integer(String member, int absent, int max) {
        int value = message.hasNonNull(member) ? integer(member) : absent;
        Checks.range(member, value, 1, max);
        return value;
    }

    long millis(String member) {
        JsonNode value = message.get(member);
        if (value == null || !value.isNumber()) {
            throw missing(member);
        }
        return wire.millis(value);
    }

    @Nullable
    Arguments structure(String member) {
        JsonNode value = message.get(member);
        return value == null || !value.isObject() ? null : new Arguments(wire, value);
    }

    NewRecord record() {
        JsonNode data = message.get("Data");
        if (data == null) {
            throw missing("Data");
        }
        try {
            byte[] bytes = data.binaryValue();
            if (bytes == null) {
                throw missing("Data");
            }
            return new NewRecord(text("PartitionKey"), optionalText("ExplicitHashKey"), bytes);
        } catch (IOException e) {
            throw new KinesisException(KinesisError.SERIALIZATION, "Data is not base64");
        }
    }

    List<NewRecord> records() {
        List<NewRecord> records = new ArrayList<>();
        for (JsonNode record : message.path("Records")) {
            records.add(new Arguments(wire, record).record());
        }
        return records;
    }

    List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        message.path(member).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    Map<String, String> map(String member) {
        Map<String, String> map = new TreeMap<>();
        message.path(member)
                .properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private static KinesisException missing(String member) {
        return Checks.validation(
                Character.toLowerCase(member.charAt(0)) + member.substring(1), "Member must not be null");
    }
}
