package dev.tidemark.simulation.past;

import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.QuarantineSieve;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.Decision;
import dev.tidemark.core.change.RedriveOutcome;
import dev.tidemark.core.change.RedriveReport;
import dev.tidemark.core.change.Redriver;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.Code;
import dev.tidemark.simulation.world.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * In some runs, redrives records of the quarantine while events arrive and views are backfilled: some with another
 * payload, some unchanged, which stay bad. Each redrive is done by one operator, or by two at once who do not know of
 * each other; they die and start again with the same payloads.
 */
public final class Repairer implements World.Guest {

    private static final int RUNS_PER_CENT = 60;
    private static final int MOST_REDRIVES = 4;
    private static final int REPAIRED_PER_CENT = 65;
    private static final int AS_THEY_ARE_PER_CENT = 20;
    private static final long LONGEST_RETENTION_MILLIS = 10_800_000;

    private final RandomGenerator dice;
    private final Map<Claim, List<byte[]>> offered = new HashMap<>();
    private final Set<Claim> promised = new HashSet<>();
    private int atWork;

    /** @param dice separate ones, so that a run without redrives stays the same */
    public Repairer(RandomGenerator dice) {
        this.dice = dice;
    }

    @Override
    public void join(World.Scene scene) {
        if (dice.nextInt(100) >= RUNS_PER_CENT) {
            return;
        }
        Engine engine = scene.engine();
        int redrives = 1 + dice.nextInt(MOST_REDRIVES);
        for (int i = 0; i < redrives; i++) {
            long atMillis = dice.nextLong(scene.plan().endMillis() + 120_000);
            int operators = 1 + dice.nextInt(2);
            for (int j = 0; j < operators; j++) {
                String name = "redrive" + i + "-" + j;
                Code code = dice.nextBoolean()
                        ? scene.plan().before()
                        : scene.plan().after();
                long choice = dice.nextLong();
                engine.after(atMillis + dice.nextLong(1 + j * 5_000L), () -> {
                    atWork++;
                    Worker.start(name, engine, scene.cloud(), worker -> run(scene, worker, code, choice));
                });
            }
        }
    }

    /** Whether all redrives that were begun are finished. */
    public boolean isIdle() {
        return atWork == 0;
    }

    /** Whether a redrive offered this payload for a record. */
    boolean hasOffered(Claim claim, byte[] data) {
        return offered.getOrDefault(claim, List.of()).stream().anyMatch(one -> Arrays.equals(one, data));
    }

    /** The records that were reported as redriven. */
    Set<Claim> promised() {
        return Set.copyOf(promised);
    }

    private CompletableFuture<Boolean> run(World.Scene scene, Worker worker, Code code, long choice) {
        Engine engine = scene.engine();
        ChangePorts ports = worker.changePorts(Catalogs.of(code.catalog()));
        S3Quarantine quarantine = new S3Quarantine(worker.clients().s3(), "bucket", worker.backoff());
        Redriver redriver = new Redriver(code.catalog(), ports, FoldSettings.DEFAULT);
        return ports.past().control().readControl().thenCompose(row -> {
            if (row.isEmpty()) {
                // Nothing was ever folded, so nothing is in quarantine yet.
                return CompletableFuture.completedFuture(false);
            }
            return list(quarantine, null, new ArrayList<>())
                    .thenCompose(keys -> read(quarantine, keys, 0, new QuarantineSieve(), new ArrayList<>()))
                    .thenCompose(entries -> redriver.redrive(chosen(entries, choice)))
                    .thenApply(report -> isDone(engine, worker.name(), report));
        });
    }

    private static CompletableFuture<List<String>> list(
            S3Quarantine quarantine, @Nullable String after, List<String> keys) {
        return quarantine.list(null, after, KeyPage.MAX_KEYS).thenCompose(page -> {
            keys.addAll(page.keys());
            return page.next() == null ? CompletableFuture.completedFuture(keys) : list(quarantine, page.next(), keys);
        });
    }

    private static CompletableFuture<List<Quarantine.Entry>> read(
            S3Quarantine quarantine, List<String> keys, int next, QuarantineSieve sieve, List<Quarantine.Entry> found) {
        return next == keys.size()
                ? CompletableFuture.completedFuture(found)
                : quarantine.read(keys.get(next)).thenCompose(entries -> {
                    found.addAll(sieve.next(keys.get(next), entries));
                    return read(quarantine, keys, next + 1, sieve, found);
                });
    }

    /** The decision depends on operator and record, so that another attempt does the same. */
    private List<Candidate> chosen(List<Quarantine.Entry> entries, long choice) {
        List<Candidate> candidates = new ArrayList<>();
        for (Quarantine.Entry entry : entries) {
            Claim claim = Claim.of(entry);
            SplittableRandom own = new SplittableRandom(choice
                    ^ claim.position().hashCode() * 31L
                    ^ claim.viewVersion().hashCode());
            int what = own.nextInt(100);
            if (what < REPAIRED_PER_CENT) {
                byte[] data = repaired(entry, own);
                offered.computeIfAbsent(claim, any -> new ArrayList<>()).add(data);
                candidates.add(new Candidate(entry, data));
            } else if (what < REPAIRED_PER_CENT + AS_THEY_ARE_PER_CENT) {
                candidates.add(Candidate.unrepaired(entry));
            }
        }
        return candidates;
    }

    /** An event that every view can fold, if it wants it and it is not too late; several of a redrive may have one id. */
    private static byte[] repaired(Quarantine.Entry entry, RandomGenerator own) {
        long lateMillis = own.nextInt(4) == 0 ? own.nextLong(LONGEST_RETENTION_MILLIS) : own.nextLong(2_000);
        String text = "{\"id\":\"r" + own.nextInt(4) + "\",\"user\":\"u" + own.nextInt(5) + "\",\"item\":\"i"
                + own.nextInt(4) + "\",\"type\":\"" + (own.nextBoolean() ? "view" : "buy") + "\",\"price\":"
                + own.nextInt(60) + "." + own.nextInt(100) + ",\"qty\":" + own.nextInt(4) + ",\"tag\":\"r"
                + own.nextInt(1_000) + "\",\"ts\":" + (entry.record().arrivalMillis() - lateMillis) + "}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private boolean isDone(Engine engine, String name, RedriveReport report) {
        for (Decision decision : report.decisions()) {
            Candidate candidate = decision.candidate();
            Claim claim = Claim.of(candidate.quarantined());
            boolean repaired =
                    candidate.data() != candidate.quarantined().record().data();
            if (decision instanceof Decision.Accepted) {
                promised.add(claim);
                if (!repaired) {
                    engine.fail("a record in quarantine is taken as it is: " + claim);
                }
            } else if (decision instanceof Decision.StillBad bad
                    && repaired
                    && bad.reason().reason() != InvalidEvent.Reason.OUTSIDE_SHARD) {
                engine.fail("a repaired record is still bad: " + claim + ", " + bad.reason());
            }
        }
        boolean done = report.outcomes().stream().allMatch(RedriveOutcome::isDone);
        if (done) {
            atWork--;
            engine.note(name, () -> "has redriven: " + report.outcomes());
        }
        return done;
    }
}
