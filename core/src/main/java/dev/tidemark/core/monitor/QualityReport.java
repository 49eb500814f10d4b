package dev.tidemark.core.monitor;

import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The quality of a model at a moment.
 *
 * @param monitor what is watched
 * @param atMillis the moment
 * @param versions those asked for, the champion first
 * @param freshness of what it was computed from; null for a moment of the past
 */
public record QualityReport(
        Monitor monitor,
        long atMillis,
        List<OfVersion> versions,
        @Nullable Freshness freshness) {

    /** Whether what is wanted holds. */
    public enum Status {
        PASS,
        FAIL,
        UNKNOWN;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * One version.
     *
     * @param client what logged vectors of the version show; null if none were looked at
     * @param cause of the checks that fail; null if none does
     */
    public record OfVersion(
            String version,
            List<OfWindow> windows,
            List<CheckResult> checks,
            @Nullable ClientSample client,
            @Nullable Cause cause) {

        public OfVersion {
            windows = List.copyOf(windows);
            checks = List.copyOf(checks);
        }

        /** The worst of its checks. */
        public Status status() {
            return checks.stream().anyMatch(check -> check.status() == Status.FAIL)
                    ? Status.FAIL
                    : checks.stream().anyMatch(check -> check.status() == Status.UNKNOWN)
                            ? Status.UNKNOWN
                            : Status.PASS;
        }
    }

    /**
     * A version in a window.
     *
     * @param predictions how many there were
     * @param refused how many more are in quarantine
     * @param hashes how many of them were made with each definition of the vector
     * @param latest of the window that ends at the moment; null if outcomes are not known
     * @param matured of the window that ends the outcomes' horizon before; null if outcomes are not known
     * @param score how the score has moved; null without a baseline
     * @param inputs how each input has moved
     * @param slices of each value of the slice that was asked for
     */
    public record OfWindow(
            Window window,
            long predictions,
            long refused,
            Map<String, Long> hashes,
            @Nullable Realised latest,
            @Nullable Realised matured,
            @Nullable Drift score,
            Map<String, Drift> inputs,
            List<OfSlice> slices) {

        public OfWindow {
            hashes = Collections.unmodifiableMap(new LinkedHashMap<>(hashes));
            inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
            slices = List.copyOf(slices);
        }
    }

    /**
     * A value of a slice, in the matured window alone: what is labelled first is rarely like the rest, and least in a part of
     * the predictions.
     */
    public record OfSlice(String slice, String value, Realised matured) {}

    /**
     * A check of a version.
     *
     * @param text what was found, with the numbers
     */
    public record CheckResult(Monitor.Check check, Status status, String text) {}

    public QualityReport {
        versions = List.copyOf(versions);
    }

    /** The version that decides: the champion, or the worst of all. Empty reports are unknown. */
    public Status status() {
        List<Status> all = deciding().stream().map(OfVersion::status).toList();
        return all.contains(Status.FAIL)
                ? Status.FAIL
                : all.isEmpty() || all.contains(Status.UNKNOWN) ? Status.UNKNOWN : Status.PASS;
    }

    /** The versions whose checks matter. */
    public List<OfVersion> deciding() {
        String champion = monitor.champion();
        return versions.stream()
                .filter(one -> champion == null || one.version().equals(champion))
                .toList();
    }
}
