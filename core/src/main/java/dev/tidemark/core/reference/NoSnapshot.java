package dev.tidemark.core.reference;

/** Nothing can be looked up in a reference, for it has no snapshot yet. The message says what to do. */
public final class NoSnapshot extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final String reference;

    public NoSnapshot(String reference) {
        super("reference '" + reference + "' has no snapshot, so nothing can be looked up in it: publish one with"
                + " tidemark reference publish --name " + reference);
        this.reference = reference;
    }

    /** Its name. */
    public String reference() {
        return reference;
    }
}
