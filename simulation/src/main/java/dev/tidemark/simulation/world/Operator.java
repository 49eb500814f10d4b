package dev.tidemark.simulation.world;

import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.core.fold.Activation;
import dev.tidemark.core.port.ControlRow;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.simulation.cloud.Caller;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import java.util.Optional;

/** Somebody who switches the control row to the views of a code version, and tries until it says so. */
final class Operator implements Caller {

    private static final String CONTROL_TABLE = "control";
    private static final String GENERATION = "g1";
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Engine engine;
    private final ControlStore control;
    private final Code code;
    private final String name;
    private boolean alive = true;

    Operator(String name, Engine engine, Cloud cloud, Code code) {
        this.name = name;
        this.engine = engine;
        Cloud.Clients clients = cloud.clients(this);
        this.control =
                new DynamoControlStore(clients.dynamoDb(), clients.dynamoDbWrites(), CONTROL_TABLE, CapacityMeter.NONE);
        this.code = code;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ends in is another round.
    void activate() {
        control.readControl()
                .whenComplete((row, failure) -> engine.after(0, () -> {
                    if (failure == null) {
                        write(row);
                    } else {
                        again();
                    }
                }));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    private void write(Optional<ControlRow> row) {
        Optional<ControlRow> next = Activation.next(row.orElse(null), code.versions(), GENERATION);
        if (next.isPresent()) {
            control.writeControl(next.get()).whenComplete((result, failure) -> again());
        } else {
            engine.note(name, () -> "the control row is as it should be");
        }
    }

    private void again() {
        engine.after(engine.between(1, LONGEST_PAUSE_MILLIS), () -> {
            if (alive) {
                activate();
            }
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isAlive() {
        return alive;
    }

    @Override
    public void crash() {
        alive = false;
        engine.note(name, () -> "crash");
    }
}
