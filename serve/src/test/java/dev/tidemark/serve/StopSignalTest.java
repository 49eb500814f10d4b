package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a signal that this process really gets. */
class StopSignalTest {

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void aSignalIsWaitedForAndThenGivenBack() throws Exception {
        Class<?> type = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object term = type.getConstructor(String.class).newInstance("TERM");
        Object standard = handler.getField("SIG_DFL").get(null);
        Object before = type.getMethod("handle", type, handler).invoke(null, term, standard);
        try {
            try (StopSignal stop = StopSignal.install()) {
                type.getMethod("raise", type).invoke(null, term);
                stop.await();
            }
            assertThat(type.getMethod("handle", type, handler).invoke(null, term, before))
                    .as("the handler afterwards")
                    .isEqualTo(standard);
        } finally {
            type.getMethod("handle", type, handler).invoke(null, term, before);
        }
    }
}
