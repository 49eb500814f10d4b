package dev.tidemark.compare;

import java.io.Serializable;

/** Count, sum, least and greatest price of a user's events in a window. */
public final class Totals implements Serializable {

    private static final long serialVersionUID = 1;

    public long count;
    public double sum;
    public double min = Double.POSITIVE_INFINITY;
    public double max = Double.NEGATIVE_INFINITY;

    public Totals() {}

    Totals add(double price) {
        count++;
        sum += price;
        min = Math.min(min, price);
        max = Math.max(max, price);
        return this;
    }

    Totals add(Totals other) {
        count += other.count;
        sum += other.sum;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
        return this;
    }
}
