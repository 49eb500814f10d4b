package dev.tidemark.training;

import dev.tidemark.core.past.PastEvent;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An event that a target's view folded, kept until its entity is computed: length, entity, order, the rest. */
final class EventEntry {

    private EventEntry() {}

    static void write(DataOutputStream out, String entity, PastEvent event) throws IOException {
        byte[] key = entity.getBytes(StandardCharsets.UTF_8);
        byte[] shard = event.shardId().getBytes(StandardCharsets.US_ASCII);
        RawRecord record = event.record();
        byte[] sequence = record.position().sequenceNumber().getBytes(StandardCharsets.US_ASCII);
        out.writeShort(key.length);
        out.write(key);
        out.writeLong(event.orderMillis());
        out.writeInt(4 * Long.BYTES + 3 + shard.length + sequence.length + record.data().length);
        out.writeLong(event.eventTimeMillis());
        out.writeLong(event.filterBits());
        out.writeLong(record.arrivalMillis());
        out.writeLong(record.position().subsequence());
        out.writeBoolean(record.repaired());
        out.writeByte(shard.length);
        out.write(shard);
        out.writeByte(sequence.length);
        out.write(sequence);
        out.write(record.data());
    }

    /** Moves the buffer over the head of an entry; what follows is left to {@link #skip} or {@link #read}. */
    static String entity(ByteBuffer entries) {
        byte[] key = new byte[entries.getShort()];
        entries.get(key);
        return new String(key, StandardCharsets.UTF_8);
    }

    /** Moves the buffer to the next entry. */
    static void skip(ByteBuffer entries) {
        int bytes = entries.getInt();
        entries.position(entries.position() + bytes);
    }

    /** @param offset where the entry's length stands, after entity and order */
    static PastEvent read(byte[] entries, int offset, long orderMillis) {
        try {
            DataInputStream in =
                    new DataInputStream(new ByteArrayInputStream(entries, offset, entries.length - offset));
            int left = in.readInt() - 4 * Long.BYTES - 3;
            long eventTimeMillis = in.readLong();
            long filterBits = in.readLong();
            long arrivalMillis = in.readLong();
            long subsequence = in.readLong();
            boolean repaired = in.readBoolean();
            byte[] shard = in.readNBytes(in.readUnsignedByte());
            byte[] sequence = in.readNBytes(in.readUnsignedByte());
            byte[] data = in.readNBytes(left - shard.length - sequence.length);
            Position position = new Position(new String(sequence, StandardCharsets.US_ASCII), subsequence);
            return new PastEvent(
                    orderMillis,
                    eventTimeMillis,
                    new String(shard, StandardCharsets.US_ASCII),
                    filterBits,
                    new RawRecord(position, arrivalMillis, "", data, /* outsideShard= */ false, repaired));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }
}
