package dev.tidemark.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.tile.ItemKey;
import org.junit.jupiter.api.Test;

class LaneTest {

    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop", 5, "shardId-000000000003");

    @Test
    void aRedriveHasLanesOfItsOwnOverTheSameShard() {
        Lane redrive = LANE.ofRedrive(12);

        assertThat(redrive.id()).isEqualTo("rd12#" + LANE.id());
        assertThat(redrive).isNotEqualTo(LANE).isNotEqualTo(LANE.ofRedrive(1)).isEqualTo(LANE.ofRedrive(12));
        assertThat(redrive.shardId()).isEqualTo(LANE.shardId());
        assertThat(new ItemKey("v", "ann", "5s", 7, redrive.id()).shardId()).isEqualTo(LANE.shardId());
        ItemKey key = new ItemKey("v", "ann", "5s", 7, redrive.id());
        assertThat(ItemKey.parse(key.partitionKey(), key.sortKey())).isEqualTo(key);
    }

    @Test
    void aPartOfAnImportIsALaneAsAnyOther() {
        Lane part = Lane.ofImport(LANE.streamArn(), 77, 12, 3);

        assertThat(part.id())
                .endsWith(".im12-3")
                .isNotEqualTo(Lane.ofImport(LANE.streamArn(), 78, 12, 3).id());
        for (Lane of : new Lane[] {part, part.ofBackfill(), part.ofRedrive(4)}) {
            assertThat(of.isImport()).isTrue();
            assertThat(Lane.isImport(of.id())).isTrue();
            assertThat(Lane.importOf(of.id())).isEqualTo(12);
            assertThat(of.live()).isEqualTo(part);
            assertThat(Lane.shardIdOf(of.id())).isEqualTo(part.shardId());
        }
        assertThat(LANE.isImport()).isFalse();
        assertThat(Lane.isImportShard(LANE.shardId())).isFalse();
        assertThat(Lane.importOf(LANE.ofBackfill().id())).isZero();
        assertThatThrownBy(() -> Lane.ofImport(LANE.streamArn(), 77, 0, 0)).hasMessageContaining("import 0");
    }

    @Test
    void thereIsNoRedriveOfARedriveAndNoneBeforeTheFirst() {
        assertThatThrownBy(() -> LANE.ofRedrive(1).ofRedrive(2)).hasMessageContaining("redrive 2 of lane rd1#");
        assertThatThrownBy(() -> LANE.ofRedrive(0)).hasMessageContaining("redrive 0");
    }
}
