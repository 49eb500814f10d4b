package dev.tidemark.core.overlap;

/** More events lie around the seam than may be held in memory. */
public final class TooManyEvents extends RuntimeException {

    private static final long serialVersionUID = 1;

    TooManyEvents(int most) {
        super("more than " + most + " events lie in the compared time around the seam, which would not fit into memory:"
                + " compare less with --around, such as --around 6h");
    }
}
