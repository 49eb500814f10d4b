package dev.tidemark.learning;

import dev.tidemark.aws.Environment;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** One line of JSON for each step. */
record JsonTrainLog(PrintStream out, String generation, LongSupplier clockMillis) {

    static JsonTrainLog of(Deployment deployment, PrintStream out) {
        return new JsonTrainLog(out, deployment.value(Environment.GENERATION), System::currentTimeMillis);
    }

    void taken(TrainAnswer answer) {
        out.println(LogLine.of(clockMillis.getAsLong(), Level.INFO, "training step taken", line -> {
            line.text("generation", generation);
            line.text("model", answer.model());
            line.text("run", answer.run());
            line.text("cause", answer.cause());
            line.text("next", answer.next().word());
            line.text("reason", answer.reason());
            line.number("told", answer.told());
        }));
    }
}
