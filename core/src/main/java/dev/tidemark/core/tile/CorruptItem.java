package dev.tidemark.core.tile;

/**
 * The stored bytes of an item cannot be read: cut short, of an unknown format version, or not what a fold writes. Says
 * what is wrong with the bytes; the caller knows and adds which item it was.
 */
public final class CorruptItem extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public CorruptItem(String problem) {
        super(problem);
    }

    public CorruptItem(String problem, Throwable cause) {
        super(problem, cause);
    }
}
