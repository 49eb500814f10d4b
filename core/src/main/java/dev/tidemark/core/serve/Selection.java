package dev.tidemark.core.serve;

import dev.tidemark.core.view.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The wanted values of a view, and what to compute for them.
 *
 * @param names the wanted values in catalog order: features, then derived features
 * @param features wanted, or needed by a wanted derived feature; in catalog order
 * @param derived wanted, or needed by a wanted one; each after those it uses
 */
record Selection(List<String> names, List<View.Feature> features, List<View.Derived> derived) {

    /** Every value of the view. */
    static Selection all(View view) {
        return new Selection(view.valueNames(), view.features(), view.derived());
    }

    /** The named values, whatever their order or repetition; each must be one of the view's. */
    static Selection of(View view, Collection<String> wanted) {
        List<String> names = view.valueNames();
        Set<String> known = new HashSet<>(names);
        Set<String> chosen = new HashSet<>(wanted);
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("view '" + view.name() + "' has no feature '" + name + "'");
            }
        }
        Set<String> needed = new HashSet<>(chosen);
        Deque<View.Derived> derived = new ArrayDeque<>();
        // A derived feature uses only earlier ones, so one pass from the end finds everything that is needed.
        for (int i = view.derived().size() - 1; i >= 0; i--) {
            View.Derived candidate = view.derived().get(i);
            if (needed.contains(candidate.name())) {
                needed.addAll(candidate.expression().inputs());
                derived.addFirst(candidate);
            }
        }
        return new Selection(
                names.stream().filter(chosen::contains).toList(),
                view.features().stream()
                        .filter(feature -> needed.contains(feature.name()))
                        .toList(),
                new ArrayList<>(derived));
    }

    Selection {
        names = List.copyOf(names);
        features = List.copyOf(features);
        derived = List.copyOf(derived);
    }
}
