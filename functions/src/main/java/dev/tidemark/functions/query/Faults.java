package dev.tidemark.functions.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects all mistakes in the body of one request, so that one answer names them all. */
final class Faults {

    private final List<Problem.Place> places = new ArrayList<>();
    private @Nullable Problem first;

    /** Notes a mistake at a place of the body. */
    void add(String pointer, Problem problem) {
        if (first == null) {
            first = problem;
        }
        places.add(new Problem.Place(pointer, problem.detail()));
    }

    /** The value at a place; null if it is a problem, which is noted. */
    <T> @Nullable T found(String pointer, Supplier<T> search) {
        try {
            return search.get();
        } catch (RequestProblem e) {
            add(pointer, e.problem());
            return null;
        }
    }

    /** @throws RequestProblem of the first fault's kind, with the places of all, if there are any */
    void throwIfAny() {
        if (first == null) {
            return;
        }
        String more = places.size() == 1 ? "" : "; " + (places.size() - 1) + " more places are wrong";
        throw new RequestProblem(new Problem(
                first.kind(),
                places.get(0).pointer() + ": " + first.detail() + more,
                first.remedy(),
                first.available(),
                places));
    }
}
