package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PacedPutTest {

    /** Every third offer is refused; what was refused comes again, and in order. */
    @Test
    void whatTheStreamRefusesIsPutALittleLater() throws InterruptedException {
        List<SampleEvent> events = Sample.SHOP.events().subList(0, 9);
        List<byte[]> taken = new ArrayList<>();
        AtomicInteger offers = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        new PacedPut(events, 0, () -> 0)
                .run(
                        (key, data) -> offers.incrementAndGet() % 3 != 0 && taken.add(data),
                        () -> 0,
                        new PacedPut.Progress() {
                            @Override
                            public void progress(int put, int total, long pending) {}

                            @Override
                            public void done(int total) {
                                done.set(total);
                            }
                        });
        assertThat(taken)
                .containsExactlyElementsOf(
                        events.stream().map(SampleEvent::bytes).toList());
        assertThat(offers.get()).isGreaterThan(9);
        assertThat(done.get()).isEqualTo(9);
    }
}
