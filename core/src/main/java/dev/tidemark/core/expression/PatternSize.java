package dev.tidemark.core.expression;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large a pattern can become, from its text alone, so that a hostile one is refused before RE2 spends time, memory
 * or stack on it: RE2 for Java writes repeats out, and walks their nesting by recursion. Neither number is ever less
 * than the true one.
 */
final class PatternSize {

    /** Enough to tell what is too large; a count never passes it. */
    private static final long HUGE = 1_000_000_000;

    /** One that RE2 refuses, as all above 1,000. */
    private static final int MAX_REPEAT = 1_001;

    private final String pattern;
    private final Deque<Sequence> open = new ArrayDeque<>();
    private Sequence sequence = new Sequence();
    private int at;
    private int unicodeClasses;

    /** The part read so far between two parentheses. */
    private static final class Sequence {
        private long instructions;
        private long depth;
        private long lastInstructions;
        private long lastDepth;

        void add(long newInstructions, long newDepth) {
            instructions = Math.min(HUGE, instructions + newInstructions);
            depth = Math.max(depth, newDepth);
            lastInstructions = newInstructions;
            lastDepth = newDepth;
        }

        /** Replaces what was read last by something larger. */
        void replaceLast(long newInstructions, long newDepth) {
            instructions -= lastInstructions;
            add(Math.min(HUGE, newInstructions), Math.min(HUGE, newDepth));
        }
    }

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    /**
     * @param instructions of the program, as far as it does not shrink by simplification
     * @param depth how deep what repeats, chooses or groups is nested; each level takes two instructions or more
     * @param unicodeClasses how many classes such as {@code \pL}, of hundreds of ranges each
     */
    record Bound(long instructions, long depth, int unicodeClasses) {}

    static Bound of(String pattern) {
        return new PatternSize(pattern).read();
    }

    private Bound read() {
        while (at < pattern.length()) {
            char next = pattern.charAt(at++);
            switch (next) {
                case '(' -> {
                    if (!skipFlags()) {
                        open.push(sequence);
                        sequence = new Sequence();
                    }
                }
                case ')' -> close();
                case '|' -> sequence.add(2, 0);
                case '*', '+', '?' -> sequence.replaceLast(sequence.lastInstructions + 1, sequence.lastDepth + 1);
                case '{' -> repeat();
                case '[' -> {
                    skipClass();
                    sequence.add(1, 0);
                }
                case '\\' -> escape();
                default -> sequence.add(1, 0);
            }
        }
        while (!open.isEmpty()) {
            close();
        }
        return new Bound(sequence.instructions, sequence.depth, unicodeClasses);
    }

    /** Flags for what follows, such as {@code (?i)}: nothing by themselves, so a repeat after them is of what is before. */
    private boolean skipFlags() {
        int end = at;
        if (end < pattern.length() && pattern.charAt(end) == '?') {
            do {
                end++;
            } while (end < pattern.length() && (Character.isLetter(pattern.charAt(end)) || pattern.charAt(end) == '-'));
        }
        boolean areFlags = end > at && end < pattern.length() && pattern.charAt(end) == ')';
        at = areFlags ? end + 1 : at;
        return areFlags;
    }

    /** A group, with the two instructions that capture what it matches, and one in case that it is empty. */
    private void close() {
        Sequence inner = sequence;
        sequence = open.isEmpty() ? new Sequence() : open.pop();
        sequence.add(Math.min(HUGE, inner.instructions + 3), inner.depth + 1);
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; any other brace is a character. */
    private void repeat() {
        int start = at;
        int least = number();
        boolean isOpen = at > start && at < pattern.length() && pattern.charAt(at) == ',';
        int most = least;
        if (isOpen) {
            at++;
            int from = at;
            most = number();
            most = at == from ? least + 1 : most;
        }
        if (at == start || at >= pattern.length() || pattern.charAt(at) != '}') {
            at = start;
            sequence.add(1, 0);
            return;
        }
        at++;
        int optional = Math.max(0, most - least);
        long each = sequence.lastInstructions + (optional == 0 ? 0 : 1);
        sequence.replaceLast(each * Math.max(1, Math.max(least, most)) + 1, sequence.lastDepth + optional + 1);
    }

    private int number() {
        int number = 0;
        while (at < pattern.length() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
            number = Math.min(MAX_REPEAT, number * 10 + pattern.charAt(at++) - '0');
        }
        return number;
    }

    /** Up to the bracket that closes the class; one that comes first is a member. */
    private void skipClass() {
        at += at < pattern.length() && pattern.charAt(at) == '^' ? 1 : 0;
        at += at < pattern.length() && pattern.charAt(at) == ']' ? 1 : 0;
        while (at < pattern.length() && pattern.charAt(at) != ']') {
            if (pattern.startsWith("[:", at)) {
                int end = pattern.indexOf(":]", at + 2);
                at = end < 0 ? at + 1 : end + 2;
            } else {
                at = pattern.charAt(at) == '\\' ? afterEscape(at + 1) : at + 1;
            }
        }
        at++;
    }

    private void escape() {
        if (at < pattern.length() && pattern.charAt(at) == 'Q') {
            int end = pattern.indexOf("\\E", at);
            int from = at + 1;
            at = end < 0 ? pattern.length() : end + 2;
            int quoted = Math.max(0, (end < 0 ? pattern.length() : end) - from);
            for (int i = 0; i < quoted; i++) {
                sequence.add(1, 0);
            }
        } else {
            at = afterEscape(at);
            sequence.add(1, 0);
        }
    }

    /** Where what follows a backslash ends: a character, or a class or number in braces. */
    private int afterEscape(int from) {
        if (from >= pattern.length()) {
            return from;
        }
        char kind = pattern.charAt(from);
        if (kind == 'p' || kind == 'P') {
            unicodeClasses++;
        }
        if ((kind == 'p' || kind == 'P' || kind == 'x') && pattern.startsWith("{", from + 1)) {
            int end = pattern.indexOf('}', from);
            return end < 0 ? pattern.length() : end + 1;
        }
        return from + 1;
    }
}
