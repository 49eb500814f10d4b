package dev.tidemark.simulation.world;

import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.simulation.cloud.Caller;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who switches the control row to some views, and tries until it says so; or until it turns out that somebody
 * else has gone further.
 */
final class Operator implements Caller {

    private static final String CONTROL_TABLE = "control";
    private static final String GENERATION = "g1";
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Engine engine;
    private final ControlStore control;
    private final Set<String> versions;
    private final Set<String> kept;
    private final String name;
    private boolean alive = true;

    /**
     * @param versions the views that are to be active, and no others
     * @param kept views that must not be retired; somebody else may have activated one meanwhile
     */
    Operator(String name, Engine engine, Cloud cloud, Set<String> versions, Set<String> kept) {
        this.name = name;
        this.engine = engine;
        Cloud.Clients clients = cloud.clients(this);
        this.control =
                new DynamoControlStore(clients.dynamoDb(), clients.dynamoDbWrites(), CONTROL_TABLE, CapacityMeter.NONE);
        this.versions = versions;
        this.kept = kept;
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
        ControlRow current = row.orElse(null);
        if (current != null && isOvertaken(current)) {
            engine.note(name, () -> "gives up: others have gone further");
            return;
        }
        Optional<ControlRow> next = Activation.next(current, versions, GENERATION);
        if (next.isPresent()) {
            control.writeControl(next.get()).whenComplete((result, failure) -> again());
        } else {
            engine.note(name, () -> "the control row is as it should be");
        }
    }

    private boolean isOvertaken(ControlRow row) {
        return row.views().entrySet().stream()
                .anyMatch(view -> view.getValue() == ControlRow.ViewStatus.RETIRED
                        ? versions.contains(view.getKey())
                        : kept.contains(view.getKey()) && !versions.contains(view.getKey()));
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
