package dev.tidemark.core.expression;

import dev.tidemark.core.event.EventRow;

/** Answers by the shortcut where that can decide, by CEL otherwise. */
final class ShortcutFilter implements EventFilter {

    private final Shortcut shortcut;
    private final EventFilter complete;

    ShortcutFilter(Shortcut shortcut, EventFilter complete) {
        this.shortcut = shortcut;
        this.complete = complete;
    }

    @Override
    public boolean test(EventRow row) {
        int answer = shortcut.test(row);
        return answer >= Shortcut.UNDECIDED ? complete.test(row) : answer == Shortcut.TRUE;
    }
}
