package dev.tidemark.core.event;

import java.util.Optional;

/**
 * Decodes events that name their schema by its id in a registry. What an id means never changes, so a decoder only learns:
 * what it decodes is a function of the bytes once it knows their schema. Thread-safe.
 */
public interface RegistryDecoder extends EventDecoder {

    /** The id that the bytes name, if it was not learned; empty if it was, or they name none. */
    Optional<String> missing(byte[] data);

    void learn(RegisteredSchema schema);

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if their schema was not learned
     */
    @Override
    byte[] decode(byte[] data);
}
