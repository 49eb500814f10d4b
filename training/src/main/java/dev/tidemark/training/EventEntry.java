package dev.tidemark.training;

import dev.tidemark.core.past.PastEvent;
import dev.tidemark.core.stream.Position;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An event that a target's view folded, kept until its entity is computed: length, entity, order, the rest. */
final class EventEntry {

    /** Of what follows the length: four numbers, and the lengths of two texts. */
    private static final int FIXED_BYTES = 4 * Long.BYTES + 2;

    private EventEntry() {}

    static void write(DataOutputStream out, String entity, PastEvent event) throws IOException {
        byte[] key = entity.getBytes(StandardCharsets.UTF_8);
        byte[] shard = event.shardId().getBytes(StandardCharsets.US_ASCII);
        byte[] sequence = event.position().sequenceNumber().getBytes(StandardCharsets.US_ASCII);
        out.writeShort(key.length);
        out.write(key);
        out.writeLong(event.orderMillis());
        out.writeInt(FIXED_BYTES + shard.length + sequence.length + event.fields().length);
        out.writeLong(event.eventTimeMillis());
        out.writeLong(event.filterBits());
        out.writeLong(event.arrivalMillis());
        out.writeLong(event.position().subsequence());
        out.writeByte(shard.length);
        out.write(shard);
        out.writeByte(sequence.length);
        out.write(sequence);
        out.write(event.fields());
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
            int left = in.readInt() - FIXED_BYTES;
            long eventTimeMillis = in.readLong();
            long filterBits = in.readLong();
            long arrivalMillis = in.readLong();
            long subsequence = in.readLong();
            byte[] shard = in.readNBytes(in.readUnsignedByte());
            byte[] sequence = in.readNBytes(in.readUnsignedByte());
            byte[] fields = in.readNBytes(left - shard.length - sequence.length);
            return new PastEvent(
                    orderMillis,
                    eventTimeMillis,
                    filterBits,
                    new String(shard, StandardCharsets.US_ASCII),
                    new Position(new String(sequence, StandardCharsets.US_ASCII), subsequence),
                    arrivalMillis,
                    fields);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }
}
