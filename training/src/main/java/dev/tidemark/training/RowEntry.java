package dev.tidemark.training;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A row of the spine, as one target sees it. */
record RowEntry(long number, long atMillis, String entity) {

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(number);
        out.writeLong(atMillis);
        out.writeUTF(entity);
    }

    /** Those of one partition, in the order of the spine. */
    static List<RowEntry> all(PartitionedReader rows, int partition) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(rows.plainBytes(partition)));
        rows.read(partition, bytes);
        List<RowEntry> entries = new ArrayList<>();
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.array()));
            while (in.available() > 0) {
                entries.add(new RowEntry(in.readLong(), in.readLong(), in.readUTF()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
        return entries;
    }
}
