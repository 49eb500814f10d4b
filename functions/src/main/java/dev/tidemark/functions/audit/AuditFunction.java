package dev.tidemark.functions.audit;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.ClientAudit;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.past.StateSample;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.Deployment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The handler that a schedule calls to audit some entities, and some logged vectors of each model that is watched, different
 * ones each time. It writes log lines; differences are in them and in their metrics. What the vectors show it also leaves for
 * reports on the models. It begins with a checkpoint from some hours ago, so that its time does
 * not grow with the archive. It throws if a store does not answer, or if archive or checkpoint are damaged, so that the
 * function's error count shows it. A difference is not an error of the function.
 */
public final class AuditFunction implements RequestHandler<Map<String, Object>, Void> {

    /** No object is read with less time left, because redrives and comparison still have to be done. */
    private static final int RESERVE_MILLIS = 60_000;

    private final Catalogs catalogs;
    private final HistoryPorts ports;
    private final StateScan scan;
    private final ClientSamples clients;
    private final JsonAuditLog log;
    private final InstantSource clock;

    /** For Lambda: everything from the environment. */
    public AuditFunction() {
        this(Deployment.onLambda());
    }

    /** For another deployment; everything else is as on Lambda. */
    public AuditFunction(Deployment deployment) {
        this(
                deployment.catalogs(),
                ports(deployment),
                new DynamoStateScan(
                        deployment.clients().dynamoDb(), deployment.value(Environment.STATE_TABLE), CapacityMeter.NONE),
                ClientSamples.of(deployment),
                new JsonAuditLog(System.out, deployment.value(Environment.GENERATION), System::currentTimeMillis),
                InstantSource.system());
    }

    private static HistoryPorts ports(Deployment deployment) {
        AwsClients clients = deployment.clients();
        S3AsyncClient s3 = clients.s3();
        String bucket = deployment.value(Environment.BUCKET);
        return new HistoryPorts(
                new S3Archive(s3, bucket, Backoff.system()),
                new S3RedriveLog(s3, bucket, Backoff.system()),
                new S3Checkpoints(s3, bucket, Backoff.system()),
                deployment.control(CapacityMeter.NONE),
                deployment.inputs());
    }

    /** @param clock its time is also the seed of the sample */
    AuditFunction(
            Catalogs catalogs,
            HistoryPorts ports,
            StateScan scan,
            ClientSamples clients,
            JsonAuditLog log,
            InstantSource clock) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.scan = scan;
        this.clients = clients;
        this.log = log;
        this.clock = clock;
    }

    @Override
    @SuppressWarnings("NullAway") // The handler has no answer, which is a null for Lambda.
    public Void handleRequest(Map<String, Object> input, Context context) {
        AuditRequest request = AuditRequest.of(input);
        long nowMillis = clock.millis();
        List<View> views = complete(nowMillis);
        Map<View, List<String>> sample = new StateSample(scan, views, request.entities(), nowMillis)
                .choose()
                .join();
        HistoryPorts timed = new TimedReads(() -> context.getRemainingTimeInMillis() < RESERVE_MILLIS).of(ports);
        StateAudit audit = new StateAudit(catalogs, timed, scan);
        AuditStart start =
                new AuditStart(Checkpoints.all(timed.checkpoints()), nowMillis - request.reachMillis(), sample);
        List<String> damaged = new ArrayList<>();
        // First, since it reads less.
        for (Monitor monitor : catalogs.current().monitors()) {
            if (views.contains(monitor.inputs().get(0)) && !sample(monitor, timed, request.vectors(), nowMillis)) {
                damaged.add(monitor.inputs().get(0).name());
            }
        }
        for (View view : views) {
            if (!run(audit, start, view, sample.getOrDefault(view, List.of()), nowMillis)) {
                damaged.add(view.name());
            }
        }
        if (!damaged.isEmpty()) {
            throw new IllegalStateException("The archive is damaged, so that these views cannot be audited: " + damaged
                    + ". The log names the objects. `tidemark archive verify` says what to do.");
        }
        return null;
    }

    /** The views to compare, in a different order each time, so that each comes first sometimes if time is short. */
    private List<View> complete(long seed) {
        // While a restore is under way its lane rows are ahead of its items (rule R2).
        Map<String, ControlRow.ViewStatus> known = ports.control()
                .readControl()
                .join()
                .filter(row -> row.phase() == ControlRow.Phase.LIVE)
                .map(ControlRow::views)
                .orElse(Map.of());
        List<View> views = new ArrayList<>(catalogs.views());
        views.removeIf(view -> {
            ControlRow.ViewStatus status = known.get(view.version());
            return status == null || !status.isComplete();
        });
        Collections.shuffle(views, new Random(seed));
        return views;
    }

    /** @return whether no damage was found in what was read of the archive */
    private boolean sample(Monitor monitor, HistoryPorts timed, int vectors, long nowMillis) {
        try {
            Map<String, ClientSample> byVersion = new ClientAudit(catalogs, timed)
                    .sample(monitor, vectors, nowMillis)
                    .join();
            clients.write(monitor, nowMillis, byVersion);
            log.compared(monitor, byVersion);
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof DamagedArchive damage) {
                log.incomparable(monitor, damage);
                return false;
            }
            if (!(e.getCause() instanceof TimedReads.Stopped)) {
                throw e;
            }
            log.notCompared(monitor);
            return true;
        }
    }

    /** @return whether no damage was found in what was read of the archive */
    private boolean run(StateAudit audit, AuditStart start, View view, List<String> entities, long nowMillis) {
        if (entities.isEmpty()) {
            log.audited(view, 0, AuditReport.NONE);
            return true;
        }
        try {
            log.audited(
                    view,
                    entities.size(),
                    audit.audit(view, entities, start, nowMillis).join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof DamagedArchive damage) {
                log.damaged(view, entities.size(), damage);
                return false;
            }
            if (!(e.getCause() instanceof TimedReads.Stopped)) {
                throw e;
            }
            log.stopped(view, entities.size());
        }
        return true;
    }
}
