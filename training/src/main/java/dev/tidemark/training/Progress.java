package dev.tidemark.training;

/** Is told the progress of the work. Called from several threads at once. */
public interface Progress {

    /** Ignores everything. */
    Progress NONE = new Progress() {
        @Override
        public void stage(Stage stage, long total) {}

        @Override
        public void advance(long by) {}
    };

    /** The stages, in this order. */
    enum Stage {
        /** Making a spine of events; counted in records. Left out where a spine is given. */
        EVENTS("Finding the events", "records"),
        /** Making a spine of labelled rows; counted in records. */
        ROWS("Finding the labelled rows", "records"),
        /** Reading and checking the spine; counted in rows. */
        SPINE("Reading the spine", "rows"),
        /** Replaying the archive; counted in records. */
        ARCHIVE("Replaying the archive", "records"),
        /** Answering; counted in partitions. */
        ANSWERS("Computing the features", "partitions"),
        /** Writing the result; counted in rows. */
        OUTPUT("Writing the training set", "rows");

        private final String text;
        private final String unit;

        Stage(String text, String unit) {
            this.text = text;
            this.unit = unit;
        }

        public String text() {
            return text;
        }

        public String unit() {
            return unit;
        }
    }

    /** @param total how much there is of the stage's unit; negative if that is not known */
    void stage(Stage stage, long total);

    /** Adds to what is done. */
    void advance(long by);
}
