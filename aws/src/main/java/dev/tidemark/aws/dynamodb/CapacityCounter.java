package dev.tidemark.aws.dynamodb;

import java.util.concurrent.atomic.DoubleAdder;

/** Adds up the units that DynamoDB charged. Thread-safe. */
public final class CapacityCounter implements CapacityMeter {

    private final DoubleAdder readUnits = new DoubleAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();

    @Override
    public void read(double units) {
        readUnits.add(units);
    }

    @Override
    public void written(double units) {
        writeUnits.add(units);
    }

    public double readUnits() {
        return readUnits.sum();
    }

    public double writeUnits() {
        return writeUnits.sum();
    }
}
