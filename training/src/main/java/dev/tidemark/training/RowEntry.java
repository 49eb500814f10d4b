package dev.tidemark.training;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A row of the spine, as one target sees it. */
record RowEntry(long number, long atMillis, String entity) {

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(number);
        out.writeLong(atMillis);
        out.writeUTF(entity);
    }

    static RowEntry read(DataInputStream in) throws IOException {
        return new RowEntry(in.readLong(), in.readLong(), in.readUTF());
    }
}
