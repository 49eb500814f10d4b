package dev.tidemark.core.catalog;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.pair.Halves.Terms;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.pair.PairRule.Kept;
import dev.tidemark.core.pair.PairRule.Named;
import dev.tidemark.core.tile.EntityKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The fields of a pair that a view reads: {@code left.…}, {@code right.…} and {@code delay}. */
final class PairedFields {

    private static final String LEFT = "left";
    private static final String RIGHT = "right";
    private static final String DELAY = "delay";

    private final ViewDefinition view;
    private final PairDefinition pair;

    PairedFields(ViewDefinition view, PairDefinition pair) {
        this.view = view;
        this.pair = pair;
    }

    /** Puts the fields that the view reads among those of the source; reports one that no pair has. */
    static void use(PairDefinition pair, SourceFields fields) {
        for (FieldPath path : fields.paths()) {
            YamlValue at = fields.placeOf(path);
            if (isOf(LEFT, path) || isOf(RIGHT, path)) {
                pair.source().fields().use(path.withoutFirst(), at);
            } else if (!path.toString().equals(DELAY)) {
                at.problem(
                        "'" + path + "' is no field of pair '" + pair.name() + "'",
                        List.of(LEFT, RIGHT).contains(path.toString())
                                ? "name a field of that event, such as " + path + ".id"
                                : "write left." + path + ", right." + path
                                        + ", or delay for the seconds between the two");
            }
        }
    }

    /** A constant is the same of both; it is kept with the left. */
    private static boolean isOf(String side, FieldPath path) {
        return path.isConstant() ? side.equals(LEFT) : path.isBelow(side);
    }

    /** @param filters of the view's features, in order */
    PairRule rule(List<FilterExpression> filters) {
        List<FieldPath> paths = view.fields().paths();
        Terms terms = new Terms(
                pair.match(), pair.earlyMillis(), pair.withinMillis(), view.retentionMillis(), pair.maxHalves());
        return new PairRule(
                pair.name(),
                side(LEFT, pair.left(), filters),
                side(RIGHT, pair.right(), filters),
                terms,
                paths.size(),
                paths.indexOf(FieldPath.parse(DELAY)));
    }

    private PairRule.Side side(String name, PairDefinition.Side side, List<FilterExpression> filters) {
        SourceFields source = pair.source().fields();
        Set<FieldPath> ofEntity = view.entity().stream().map(Field::path).collect(Collectors.toSet());
        List<Kept> kept = new ArrayList<>();
        for (FieldPath path : view.fields().paths()) {
            if (isOf(name, path)) {
                int maxBytes = ofEntity.contains(path) ? EntityKeys.MAX_BYTES : Bounds.MAX_SCALAR_BYTES;
                kept.add(new Kept(
                        path.toString(),
                        source.slotOf(path.withoutFirst()),
                        view.fields().slotOf(path),
                        maxBytes));
            }
        }
        long own = 0;
        for (int i = 0; i < filters.size(); i++) {
            own |= isOwn(name, filters.get(i)) ? 1L << i : 0;
        }
        return new PairRule.Side(
                side.where().bind(source::slotOf),
                side.key().stream()
                        .map(field -> new Named(field.toString(), field.slot()))
                        .toList(),
                kept,
                view.entity().stream()
                        .filter(field -> isOf(name, field.path()))
                        .map(field -> new Named(field.toString(), field.slot()))
                        .toList(),
                view.where() != null && isOwn(name, view.where()),
                own);
    }

    private static boolean isOwn(String side, FilterExpression condition) {
        return condition.fields().stream().allMatch(path -> isOf(side, path));
    }
}
