package dev.tidemark.aws.dynamodb;

/**
 * Is told what DynamoDB charged. Thread-safe. DynamoDB also charges a write whose condition failed, but does not say
 * how much, so that is not reported.
 */
public interface CapacityMeter {

    /** Ignores everything. */
    CapacityMeter NONE = new CapacityMeter() {
        @Override
        public void read(double units) {}

        @Override
        public void written(double units) {}
    };

    void read(double units);

    void written(double units);
}
