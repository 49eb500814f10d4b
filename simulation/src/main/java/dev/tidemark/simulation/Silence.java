package dev.tidemark.simulation;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** Discards the logs of a simulating process: the product's log of a million injected faults would not help. */
public final class Silence extends System.LoggerFinder {

    /** For the service loader. */
    public Silence() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Mute(name);
    }

    private record Mute(String name) implements System.Logger {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {}

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object @Nullable ... parameters) {}
    }
}
