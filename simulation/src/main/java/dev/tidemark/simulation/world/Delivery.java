package dev.tidemark.simulation.world;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.local.mapping.KinesisEvents;
import dev.tidemark.simulation.check.LaneWatch;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One batch on its way through a sandbox, and what the mapping hears of it: exactly one answer, or that there is none. */
final class Delivery {

    private final Engine engine;
    private final Fleet fleet;
    private final LaneWatch lanes;
    private final String shardId;
    private final List<StreamRecord> records;
    private final Consumer<Optional<StreamsEventResponse>> heard;
    private boolean hasEnded;
    private boolean isSettled;

    /** @param heard is told the answer, or that the invocation failed */
    Delivery(
            Engine engine,
            Fleet fleet,
            LaneWatch lanes,
            String shardId,
            List<StreamRecord> records,
            Consumer<Optional<StreamsEventResponse>> heard) {
        this.engine = engine;
        this.fleet = fleet;
        this.lanes = lanes;
        this.shardId = shardId;
        this.records = records;
        this.heard = heard;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ends in becomes a task, whose failure ends the run.
    void start(String streamArn, long timeoutMillis) {
        Sandbox sandbox = fleet.take();
        engine.note(sandbox.name(), () -> "invoked with " + records.size() + " records of " + shardId);
        KinesisEvent event = KinesisEvents.of(streamArn, shardId, records);
        engine.after(timeoutMillis, () -> timeOut(sandbox));
        if (engine.strikes(Dial.ABANDONED)) {
            engine.after(engine.between(1, timeoutMillis), () -> fails(Happening.INVOCATION_FAILED));
        }
        sandbox.handle(event, timeoutMillis, this::crashed)
                .whenComplete((response, failure) -> engine.after(0, () -> ended(sandbox, response, failure)));
    }

    private void crashed() {
        engine.after(engine.between(1, 500), () -> fails(Happening.INVOCATION_FAILED));
    }

    private void timeOut(Sandbox sandbox) {
        if (!hasEnded && sandbox.isAlive()) {
            engine.note(sandbox.name(), () -> "timed out");
            sandbox.crash();
            fails(Happening.INVOCATION_TIMED_OUT);
        }
    }

    private void ended(Sandbox sandbox, @Nullable StreamsEventResponse response, @Nullable Throwable failure) {
        hasEnded = true;
        if (response == null) {
            engine.fail("the handler failed: " + failure);
            return;
        }
        fleet.giveBack(sandbox);
        checkReport(response.getBatchItemFailures());
        if (engine.strikes(Dial.LOST_REPORT)) {
            engine.after(engine.between(1, 500), () -> fails(Happening.INVOCATION_FAILED));
        } else {
            engine.after(engine.between(1, 5), () -> settle(Optional.of(response)));
        }
    }

    /** Rule F9: the report names a record of the batch, and what it calls done is done. */
    private void checkReport(List<BatchItemFailure> failures) {
        int done = records.size();
        if (!failures.isEmpty()) {
            String failed = failures.get(0).getItemIdentifier();
            done = 0;
            while (done < records.size() && !records.get(done).sequenceNumber().equals(failed)) {
                done++;
            }
            if (done == records.size()) {
                engine.fail("a record that is not in the batch was reported as failed");
            }
        }
        if (done > 0) {
            lanes.reported(shardId, records.get(done - 1).sequenceNumber());
        }
        engine.happened(
                done == records.size()
                        ? Happening.BATCH_DONE
                        : done == 0 ? Happening.BATCH_NOT_DONE : Happening.BATCH_PARTLY_DONE);
    }

    private void fails(Happening how) {
        if (!isSettled) {
            engine.happened(how);
        }
        settle(Optional.empty());
    }

    private void settle(Optional<StreamsEventResponse> response) {
        if (!isSettled) {
            isSettled = true;
            heard.accept(response);
        }
    }
}
