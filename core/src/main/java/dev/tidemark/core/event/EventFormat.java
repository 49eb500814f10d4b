package dev.tidemark.core.event;

import dev.tidemark.core.stream.Packing;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a source are made of. Two formats are equal if they read a record of the archive in the same way.
 */
public final class EventFormat {

    /** One JSON object in a record. */
    public static final EventFormat JSON = new EventFormat("", null, null);

    private final String reading;
    private final @Nullable EventDecoder decoder;
    private final @Nullable Packing packing;

    /**
     * @param reading all that decides how a record of the archive is read, as text; empty for JSON
     * @param decoder null for JSON
     * @param packing null if a record is one event
     */
    public EventFormat(String reading, @Nullable EventDecoder decoder, @Nullable Packing packing) {
        if (reading.isEmpty() != (decoder == null)) {
            throw new IllegalArgumentException("a decoder for '" + reading + "': " + decoder);
        }
        this.reading = reading;
        this.decoder = decoder;
        this.packing = packing;
    }

    /** All that decides how a record of the archive is read; empty for JSON. */
    public String reading() {
        return reading;
    }

    /** Null for JSON. */
    public @Nullable EventDecoder decoder() {
        return decoder;
    }

    /** Null if a record is one event. */
    public @Nullable Packing packing() {
        return packing;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventFormat format && reading.equals(format.reading);
    }

    @Override
    public int hashCode() {
        return reading.hashCode();
    }

    @Override
    public String toString() {
        return reading.isEmpty() ? "json" : reading;
    }
}
