package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything the fold touches, in memory, and a short way to write events ({@code entity@eventTimeMillis}, with {@code
 * #id} if it has an id, or {@code bad}), so that these tests look at the protocol and at nothing else.
 */
public final class FoldWorld {

    public static final long NOW_MILLIS = 1_790_000_000_000L;
    public static final long HORIZON_MILLIS = 600_000L;
    public static final Lane LANE = lane("shardId-000000000000");

    /** Events of this entity are not for the views. */
    public static final String UNWANTED = "nobody";

    public static final View ONE = view("1111111111111111");
    public static final View TWO = view("2222222222222222");

    private static final int PATIENT_ATTEMPTS = 3;
    private static final Pattern SHORT_EVENT = Pattern.compile("^(\\w+)@(\\d+)(?:#(\\w+))?$");

    public final InMemoryItemStore items = new InMemoryItemStore();
    public final InMemoryControlStore control = new InMemoryControlStore();
    public final InMemoryArchive archive = new InMemoryArchive();
    public final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    public final InMemoryLineage lineage = new InMemoryLineage();
    public long nowMillis = NOW_MILLIS;
    public String generation = "g1";

    public static Lane lane(String shardId) {
        return new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/clicks", 1_700_000_000_000L, shardId);
    }

    public static View view(String version) {
        return view(version, null);
    }

    /** A view that drops what comes again within ten minutes. */
    public static View dropping(String version, int maxIds) {
        return view(version, new View.Duplicates(2, "id", new SeenIds.Rule(HORIZON_MILLIS, maxIds)));
    }

    /** The same view with heads, which hold so few tiles that they often spill. */
    public static View headed(View view, int maxTiles) {
        List<Window> windows = List.of(Window.parse("10m"), Window.parse("1d"));
        Ladder ladder = Ladder.belowHead(windows, view.ladder().hop().widthMillis(), 1_000, 100_000);
        HeadRule rule = new HeadRule(
                ladder.hop().widthMillis(), 10_000, maxTiles, Expiry.usefulMillis(ladder, view.retentionMillis()));
        return view.withState(ladder, rule);
    }

    private static View view(String version, View.@Nullable Duplicates duplicates) {
        return new View(
                "view" + version.charAt(0),
                version,
                "clicks",
                null,
                List.of(new View.KeyField("entity", 0)),
                row -> !row.string(0).equals(UNWANTED),
                List.of(),
                List.of(),
                new TileLayout(List.of(new TileLayout.Entry(new PositionsType(), TileLayout.NO_FILTER))),
                Ladder.of(List.of(Window.parse("10m"), Window.parse("1d")), 10_000, 1_000, 100_000),
                null,
                86_400_000,
                60_000,
                null,
                duplicates,
                null,
                86_400_000,
                List.of(),
                List.of());
    }

    public static Catalog catalog(View... views) {
        EventShape shape = new EventShape(
                List.of(FieldPath.parse("entity"), FieldPath.parse("ts"), FieldPath.parse("id")),
                new EventShape.EventTime(1, EventShape.TimeFormat.EPOCH_MILLIS),
                1_000);
        return new Catalog("hash", List.of(new Catalog.Source("clicks", "clicks", shape)), List.of(views), "{}");
    }

    /** A sandbox: its own cache, the shared stores. */
    public BatchFold fold(View... views) {
        return fold(FoldSettings.DEFAULT.maxPortionItems(), views);
    }

    /** The same with portions (rule F11) of a size. */
    public BatchFold fold(int maxPortionItems, View... views) {
        return fold(maxPortionItems, catalog(views));
    }

    /** The same with a whole catalog. */
    public BatchFold fold(int maxPortionItems, Catalog catalog) {
        FoldPorts ports = new FoldPorts(
                items,
                control,
                archive,
                quarantine,
                lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1));
        return new BatchFold(
                catalog, ports, new FoldSettings(generation, 4, PATIENT_ATTEMPTS, 1 << 20, maxPortionItems));
    }

    public BatchOutcome deliver(BatchFold fold, RawRecord... records) {
        return deliver(fold, LANE, List.of(records));
    }

    public BatchOutcome deliver(BatchFold fold, Lane lane, List<RawRecord> records) {
        return fold.fold(new Batch(lane, records), nowMillis + 1_000).join();
    }

    /** A click of an entity just before the present; the sequence number grows with {@code n}. */
    public static RawRecord click(int n, String entity) {
        return record(n, 0, entity + "@" + (NOW_MILLIS - 1_000 + n));
    }

    public static RawRecord record(int n, long subsequence, String data) {
        return new RawRecord(position(n, subsequence), NOW_MILLIS + n, "key", event(data));
    }

    /** The JSON of an event in the short way; any other text as it is. */
    public static byte[] event(String data) {
        return SHORT_EVENT
                .matcher(data)
                .replaceFirst(match -> "{\"entity\":\"" + match.group(1) + "\",\"ts\":" + match.group(2)
                        + (match.group(3) == null ? "" : ",\"id\":\"" + match.group(3) + "\"") + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    public static Position position(int n, long subsequence) {
        return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + n), subsequence);
    }

    public static String sequence(int n) {
        return position(n, 0).sequenceNumber();
    }

    /** Positions folded for an entity by the hop tiles of a view, over all lanes, in order; duplicates would show. */
    public List<String> folded(View view, String entity) {
        return folded(view, view.ladder().hop(), key -> key.entity().equals(entity));
    }

    /** Every width must tell the same story. */
    public List<String> foldedInto(View view, TileWidth width) {
        return folded(view, width, key -> true);
    }

    private List<String> folded(View view, TileWidth width, Predicate<ItemKey> wanted) {
        List<String> positions = new ArrayList<>();
        items.items.forEach((key, item) -> {
            if (key.viewVersion().equals(view.version()) && wanted.test(key)) {
                if (key.isHead()) {
                    positions.addAll(positionsInHead(view, item));
                } else if (key.width().equals(width.code())) {
                    positions.addAll(positions(view, width, key, item));
                }
            }
        });
        return positions.stream().sorted().toList();
    }

    private static List<String> positionsInHead(View view, StoredItem item) {
        List<String> positions = new ArrayList<>();
        HeadState head =
                HeadState.decode(view.layout(), Objects.requireNonNull(view.head()), LANE.shardId(), item.body());
        for (int i = 0; i < head.tileCount(); i++) {
            positions.addAll(((PositionsType.Positions) head.tile(i).state(0)).positions);
        }
        return positions;
    }

    private static List<String> positions(View view, TileWidth width, ItemKey key, StoredItem item) {
        List<String> positions = new ArrayList<>();
        ItemState state = ItemState.decode(view.layout(), width, key.block(), LANE.shardId(), item.body());
        for (int i = 0; i < state.tileCount(); i++) {
            positions.addAll(((PositionsType.Positions) state.tile(i).state(0)).positions);
        }
        return positions;
    }

    public LaneRow laneRow() {
        LaneRow row = control.lanes.get(LANE.id());
        if (row == null) {
            throw new AssertionError("no lane row");
        }
        return row;
    }
}
