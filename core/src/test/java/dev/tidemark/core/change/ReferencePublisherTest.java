package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.change.ReferencePublisher.Published;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.store.InMemoryReferenceLog;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** X1, from the publisher's side. */
class ReferencePublisherTest {

    private static final long NOW = 1_790_000_000_000L;
    private static final long MINUTE = 60_000;

    private final InMemoryReferenceLog log = new InMemoryReferenceLog();
    private long nowMillis = NOW;
    private final ReferencePublisher publisher = new ReferencePublisher(log, () -> nowMillis);

    private static Reference items(long afterMillis, Reference.Type price) {
        return new Reference(
                "items", java.util.List.of("id"), Map.of("price", price), null, afterMillis, /* maxBytes= */ 100);
    }

    private static SnapshotRows rows(int price) {
        SnapshotRows rows = new SnapshotRows();
        rows.add("i1", new Snapshot.Row(Snapshot.ALWAYS, Map.of("price", BigDecimal.valueOf(price))));
        return rows;
    }

    private Published publish(long afterMillis, int price, @Nullable Long atMillis) {
        return publisher
                .publish(items(afterMillis, Reference.Type.NUMBER), rows(price), atMillis)
                .join();
    }

    @Test
    void theFirstIsEffectiveAtOnceAndTheNextLater() {
        assertThat(publish(10 * MINUTE, 1, null).manifest().effectiveMillis()).isEqualTo(NOW);
        nowMillis += 5;
        Manifest second = publish(10 * MINUTE, 2, null).manifest();
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.effectiveMillis()).isEqualTo(NOW + 5 + 10 * MINUTE);
    }

    @Test
    void theSameRowsPublishNothing() {
        publish(MINUTE, 1, null);
        Published again = publish(MINUTE, 1, null);
        assertThat(again.isNew()).isFalse();
        assertThat(again.manifest().number()).isEqualTo(1);
    }

    /** Else a sandbox that still trusts its list for the longer time would miss it. */
    @Test
    void aShorterLeadHoldsFromTheNextSnapshotOn() {
        publish(10 * MINUTE, 1, null);
        assertThat(publish(MINUTE, 2, null).manifest().effectiveMillis()).isEqualTo(NOW + 10 * MINUTE);
        nowMillis += 20 * MINUTE;
        assertThat(publish(MINUTE, 3, null).manifest().effectiveMillis()).isEqualTo(nowMillis + MINUTE);
        assertThat(publish(30 * MINUTE, 4, null).manifest().effectiveMillis()).isEqualTo(nowMillis + 30 * MINUTE);
    }

    @Test
    void noneIsEffectiveBeforeTheOneBefore() {
        publish(MINUTE, 1, null);
        publish(MINUTE, 2, NOW + 60 * MINUTE);
        assertThat(publish(MINUTE, 3, null).manifest().effectiveMillis()).isEqualTo(NOW + 60 * MINUTE);
    }

    @Test
    void aMomentThatIsTooNearIsRefused() {
        publish(MINUTE, 1, null);
        assertThatThrownBy(() -> publish(MINUTE, 2, NOW + MINUTE - 1))
                .hasMessageContaining("which is too near: " + (NOW + MINUTE) + " is the earliest moment");
        assertThat(publish(MINUTE, 2, NOW + MINUTE).isNew()).isTrue();
    }

    @Test
    void tooLargeAndOtherTypesAreRefused() {
        assertThatThrownBy(() -> publisher
                        .publish(
                                new Reference(
                                        "items",
                                        java.util.List.of("id"),
                                        Map.of("price", Reference.Type.NUMBER),
                                        null,
                                        MINUTE,
                                        5),
                                rows(1),
                                null)
                        .join())
                .hasMessageContaining("the rows have 34 bytes, and reference 'items' allows 5");
        publish(MINUTE, 1, null);
        assertThatThrownBy(() -> publisher
                        .publish(items(MINUTE, Reference.Type.TEXT), rows(2), null)
                        .join())
                .hasMessageContaining("field 'price' of reference 'items' is TEXT now, and was NUMBER in snapshot 1");
    }

    @Test
    void aSecondPublisherTakesTheNextNumber() {
        publish(MINUTE, 1, null);
        InMemoryReferenceLog raced = log;
        ReferencePublisher slow = new ReferencePublisher(raced, () -> {
            if (raced.last("items", 0).join() == 1) {
                publish(MINUTE, 2, null);
            }
            return nowMillis;
        });
        Manifest third = slow.publish(items(MINUTE, Reference.Type.NUMBER), rows(3), null)
                .join()
                .manifest();
        assertThat(third.number()).isEqualTo(3);
        assertThat(log.manifests.get("items")).hasSize(3);
    }

    @Test
    void aManifestThatLandsTooLateIsTold() {
        publish(MINUTE, 1, null);
        InMemoryReferenceLog late = new InMemoryReferenceLog() {
            @Override
            public CompletableFuture<Boolean> append(Manifest manifest) {
                nowMillis += 31_000;
                return super.append(manifest);
            }
        };
        late.manifests.putAll(log.manifests);
        assertThatThrownBy(() -> new ReferencePublisher(late, () -> nowMillis)
                        .publish(items(MINUTE, Reference.Type.NUMBER), rows(2), null)
                        .join())
                .hasMessageContaining("storing snapshot 2 of reference 'items' took 31000 ms");
    }
}
