package dev.tidemark.core.store;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint, or an object of it, is missing, cut off or changed. The checkpoint must not be used. The message says
 * problem, cause and remedy.
 */
public final class DamagedCheckpoint extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param key of the object that is damaged
     * @param problem what is wrong with it, and the probable cause
     */
    public DamagedCheckpoint(String key, String problem) {
        this(key, problem, null);
    }

    /** @param cause what was thrown when it was read */
    public DamagedCheckpoint(String key, String problem, @Nullable Throwable cause) {
        super(
                "the checkpoint object " + key + " is damaged: " + problem
                        + ". Bring back an earlier version of the object (the bucket keeps versions), or use another "
                        + "checkpoint: `tidemark checkpoint list` names them, `tidemark checkpoint verify` checks one",
                cause);
        this.key = key;
    }

    /** The key of the object that is damaged. */
    public String key() {
        return key;
    }
}
