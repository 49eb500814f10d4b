package dev.tidemark.aws.dynamodb;

/**
 * Is told what DynamoDB charged. Thread-safe. A write whose condition failed is charged too, but DynamoDB does not say
 * how much, so it is not reported.
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
