package dev.tidemark.simulation.model;

import static dev.tidemark.simulation.model.FoldState.NONE;

import dev.tidemark.simulation.model.FoldState.Age;
import dev.tidemark.simulation.model.Model.Sink;
import java.util.Set;

/** What happens without any invocation: a delayed put lands, an operator activates a view, time passes. */
final class Surroundings {

    private final Bounds bounds;
    private final Set<Rule> broken;
    private final Keys keys;

    Surroundings(Bounds bounds, Set<Rule> broken, Keys keys) {
        this.bounds = bounds;
        this.broken = broken;
        this.keys = keys;
    }

    void steps(FoldState state, Sink<FoldState> sink) {
        landLatePut(state, sink);
        operate(state, sink);
        growOld(state, sink);
    }

    private void landLatePut(FoldState state, Sink<FoldState> sink) {
        int item = state.lateItem();
        if (item == NONE) {
            return;
        }
        FoldState next = state.copy();
        boolean landed = state.mark(item) == state.lateBase() || broken.contains(Rule.F4_CONDITION);
        if (landed) {
            next.store(item, state.lateMark(), state.lateContent());
        }
        next.dropLatePut();
        String words =
                "the delayed put with mark " + state.lateMark() + (landed ? " lands" : " fails on its condition");
        sink.to(next, () -> words);
    }

    /** The operator wants the second view, and may declare it complete once every lane row has it. */
    private void operate(FoldState state, Sink<FoldState> sink) {
        if (bounds.views() < 2 || state.isComplete()) {
            return;
        }
        FoldState next = state.copy();
        if (!state.wantsSecondView()) {
            next.wantSecondView();
            sink.to(next, () -> "the control row asks for the second view");
            return;
        }
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            if (state.last(lane) != NONE && state.activatedAfter(lane, 1) == NONE) {
                return;
            }
        }
        next.declareComplete();
        sink.to(next, () -> "every lane row has the second view: it is declared complete");
    }

    /** F10: a block lives longer than its records are delivered, and is old for longer than a put can be in flight. */
    private void growOld(FoldState state, Sink<FoldState> sink) {
        if (!bounds.expiry() || state.age() == Age.DELETED) {
            return;
        }
        FoldState next = state.copy();
        if (state.age() == Age.YOUNG && isAllDone(state)) {
            next.setAge(Age.OLD);
            sink.to(next, () -> "the blocks of entity a grow old");
        } else if (state.age() == Age.OLD && (state.lateItem() == NONE || keys.isOfB(state.lateItem()))) {
            next.setAge(Age.DELETED);
            for (int view = 0; view < bounds.views(); view++) {
                for (int lane = 0; lane < bounds.lanes().size(); lane++) {
                    next.store(keys.item(view, 0, lane), 0, 0);
                }
            }
            sink.to(next, () -> "the store deletes the blocks of entity a");
        }
    }

    private boolean isAllDone(FoldState state) {
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            if (state.last(keys.row(lane)) < bounds.lanes().get(lane).lastIndexOf('a') + 1) {
                return false;
            }
        }
        return true;
    }
}
