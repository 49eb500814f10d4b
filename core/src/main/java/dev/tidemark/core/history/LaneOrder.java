package dev.tidemark.core.history;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Orders lanes so that each comes after the lanes whose ids it needs (rule T3). */
public final class LaneOrder {

    private final Map<String, ? extends Collection<String>> before;

    /** The length of the longest chain of lanes before a lane. */
    private final Map<String, Integer> depths = new HashMap<>();

    private LaneOrder(Map<String, ? extends Collection<String>> before) {
        this.before = before;
    }

    /**
     * All lanes that are named, each after its direct and indirect ancestors. A lane need not name all of them: rows
     * omit those that are too old to matter, so a lane may name fewer than its parent does.
     *
     * @param before lane id to the lanes before it; a lane that is no key has none
     * @return sorted by the length of the chain before them, then by id
     * @throws IllegalStateException if a lane is before itself: it names the lanes of the circle
     */
    public static List<String> parentsFirst(Map<String, ? extends Collection<String>> before) {
        LaneOrder order = new LaneOrder(before);
        Set<String> all = new TreeSet<>(before.keySet());
        before.values().forEach(all::addAll);
        all.forEach(order::measure);
        return all.stream()
                .sorted(Comparator.comparing((String laneId) -> Objects.requireNonNull(order.depths.get(laneId)))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private Collection<String> before(String laneId) {
        Collection<String> lanes = before.get(laneId);
        return lanes == null ? List.of() : lanes;
    }

    /** A loop and no recursion: a stream that is resharded every day has long chains. */
    private void measure(String laneId) {
        Deque<String> path = new ArrayDeque<>();
        Set<String> onPath = new HashSet<>();
        path.push(laneId);
        while (!path.isEmpty()) {
            String lane = path.element();
            onPath.add(lane);
            String unknown = before(lane).stream()
                    .filter(one -> !depths.containsKey(one))
                    .findFirst()
                    .orElse(null);
            if (unknown == null) {
                depths.put(lane, depthBehind(before(lane)));
                onPath.remove(path.pop());
            } else if (onPath.contains(unknown)) {
                throw circle(unknown, path);
            } else {
                path.push(unknown);
            }
        }
    }

    private int depthBehind(Collection<String> lanes) {
        int depth = 0;
        for (String lane : lanes) {
            depth = Math.max(depth, Objects.requireNonNull(depths.get(lane)) + 1);
        }
        return depth;
    }

    private static IllegalStateException circle(String laneId, Deque<String> path) {
        Set<String> lanes = new TreeSet<>();
        for (String lane : path) {
            lanes.add(lane);
            if (lane.equals(laneId)) {
                break;
            }
        }
        return new IllegalStateException(
                "each of these lanes is said to come before itself, so that none can be the first: "
                        + String.join(", ", lanes)
                        + ". No stream has such shards: the lane rows in the control table, or the "
                        + "objects under redrive/repairs/ in the bucket, were changed by hand; restore them");
    }
}
