package dev.tidemark.simulation.mutation;

import dev.tidemark.simulation.mutation.Mutant.Edit;
import java.util.List;

/**
 * The broken variants, at least one for each rule. To add one, add a line, then let MutationTest search and write
 * its seed into docs/protocol.md. A variant that is not wrong, only slower, does not belong here: stale reads of lane rows,
 * keys that BatchGetItem leaves unread, a 500 taken for a refusal.
 */
final class Mutants {

    private static final String FOLD = "core/dev/tidemark/core/fold/";
    private static final String CONTROL = "core/dev/tidemark/core/control/";
    private static final String CHANGE = "core/dev/tidemark/core/change/";
    private static final String ASYNC = "core/dev/tidemark/core/async/";
    private static final String HISTORY = "core/dev/tidemark/core/history/";
    private static final String STREAM = "core/dev/tidemark/core/stream/";
    private static final String PAIR = "core/dev/tidemark/core/pair/";
    private static final String TILE = "core/dev/tidemark/core/tile/";
    private static final String VIEW = "core/dev/tidemark/core/view/";
    private static final String SERVE = "core/dev/tidemark/core/serve/";
    private static final String CHECKPOINT = "core/dev/tidemark/core/checkpoint/";
    private static final String CATALOG = "core/dev/tidemark/core/catalog/";
    private static final String DYNAMODB = "aws/dev/tidemark/aws/dynamodb/";
    private static final String S3 = "aws/dev/tidemark/aws/s3/";
    private static final String INGEST = "functions/dev/tidemark/functions/ingest/";

    static final List<Mutant> ALL = List.of(
            // Keys and positions.
            Mutant.of(
                    "P1",
                    "a lane's id lacks the shard",
                    new Edit(STREAM + "Lane", "\".\" + shardId.substring(SHARD.length())", "\".000000000000\"")),
            Mutant.of(
                    "P2",
                    "sequence numbers are compared as floating-point numbers",
                    new Edit(
                            STREAM + "Position",
                            "a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b)",
                            "(a + b).isEmpty() ? 0 : Double.compare(Double.parseDouble(\"0\" + a), Double.parseDouble(\"0\" + b))")),
            Mutant.of(
                    "P2",
                    "an item's mark is the sequence number alone",
                    new Edit(
                            FOLD + "TileChange",
                            "new StoredItem(position(last),",
                            "new StoredItem(new Position(position(last).sequenceNumber(), 0),")),
            Mutant.of(
                    "P3",
                    "an item's key lacks the lane",
                    new Edit(
                            FOLD + "EntityWork",
                            "width.code(), block, laneId)",
                            "width.code(), block, laneId.substring(0, laneId.indexOf('.')) + \".000000000000\")")),
            Mutant.of(
                    "P3",
                    "a view's version is made from its name alone",
                    new Edit(
                            CATALOG + "ViewVersion",
                            "Hashes.shortHash(text())",
                            "Hashes.shortHash(definition.name())")),
            Mutant.ofPacked(
                    "P2",
                    "the events of one packed record share a position",
                    new Edit(
                            STREAM + "Packing",
                            "record.subsequence() * STRIDE + index",
                            "record.subsequence() * STRIDE")),
            Mutant.ofPacked(
                    "P2",
                    "a packed record that is delivered alone stays one record",
                    new Edit(
                            FOLD + "BatchFold",
                            "return packing == null ?",
                            "return packing == null || delivered.records().size() == 1 ?")),

            // The lane row.
            Mutant.of(
                    "L1",
                    "a lane is born with those active views only that its code knows",
                    new Edit(FOLD + "Lanes", "LaneRow born = LaneDecisions.born(lane, controlRow);", """
                            LaneRow all = LaneDecisions.born(lane, controlRow);
                            java.util.Map<String, dev.tidemark.core.stream.Position> views = new java.util.HashMap<>(all.views());
                            views.keySet().retainAll(known);
                            LaneRow born = new LaneRow(lane, 1, all.last(), 0, all.maxArrivalMillis(), all.generation(),
                                    views, java.util.Map.of());
                            """)),
            Mutant.of(
                    "L2",
                    "code folds the views it knows and moves a lane row that has others",
                    new Edit(
                            CONTROL + "LaneDecisions",
                            "return knownVersions.containsAll(row.views().keySet());",
                            "return true;")),
            Mutant.of(
                    "L2",
                    "an unknown view is an exception",
                    new Edit(FOLD + "BatchRun", "private BatchOutcome held(BatchOutcome.Hold hold) {", """
                            private BatchOutcome held(BatchOutcome.Hold hold) {
                                if (hold == BatchOutcome.Hold.UNKNOWN_VIEW) {
                                    throw new IllegalStateException("the lane has a view that this code does not know");
                                }
                            """)),
            Mutant.of(
                    "L3",
                    "a view is activated from the batch's first record, not from the lane's position",
                    new Edit(FOLD + "Troubles", "private static final int MAX = 5;", """
                            private static final int MAX = 5;
                            dev.tidemark.core.stream.Position first = dev.tidemark.core.stream.Position.ORIGIN;
                            """),
                    new Edit(
                            FOLD + "BatchRun",
                            "context.counts().records.add(batch.records().size());",
                            "context.counts().records.add(batch.records().size());"
                                    + " context.troubles().first = batch.first();"),
                    new Edit(FOLD + "Lanes", "LaneDecisions.reconcile(laneRow, controlRow);", """
                            LaneDecisions.reconcile(laneRow, controlRow).map(next -> {
                                java.util.Map<String, dev.tidemark.core.stream.Position> views =
                                        new java.util.HashMap<>(next.views());
                                views.replaceAll((version, activatedAfter) ->
                                        laneRow.views().containsKey(version) ? activatedAfter : troubles.first);
                                return new LaneRow(lane, next.rev(), next.last(), next.count(), next.maxArrivalMillis(),
                                        next.generation(), views, next.counts(), next.ancestors());
                            });
                            """)),
            Mutant.of(
                    "L3",
                    "a view is activated from the lane's first record, whatever was folded without it",
                    new Edit(
                            CONTROL + "LaneDecisions",
                            "views.putIfAbsent(version, row.last());",
                            "views.putIfAbsent(version, Position.ORIGIN);")),

            // The fold of one batch.
            Mutant.of(
                    "F3",
                    "a failed write to the quarantine holds up nothing",
                    new Edit(
                            FOLD + "Round",
                            "(refused, error) -> limits.failed(refused.firstRow())",
                            "(refused, error) -> {}")),
            Mutant.of(
                    "F3",
                    "a record's place in the quarantine lacks the subsequence number",
                    new Edit(
                            S3 + "S3Quarantine",
                            "PositionText.of(first.record().position())",
                            "first.record().position().sequenceNumber()")),
            Mutant.of(
                    "F4",
                    "an item is put on whatever is stored",
                    new Edit(DYNAMODB + "DynamoItemStore", """
                            request.conditionExpression(IF_MARK)
                                                .expressionAttributeValues(Map.of(":read", AttributeValue.fromS(expectedMark.text())));
                            """.strip(), ";")),
            Mutant.of(
                    "F4",
                    "an item that was not found is put without a condition",
                    new Edit(DYNAMODB + "DynamoItemStore", "request.conditionExpression(IF_ABSENT);", ";")),
            Mutant.of(
                    "F4",
                    "the record at the item's mark is folded again (below the mark instead of at or below)",
                    new Edit(
                            FOLD + "TileChange",
                            "&& position(i).isAfter(floor)",
                            "&& position(i).compareTo(floor) >= 0")),
            Mutant.of(
                    "F4",
                    "an item's mark is the first record of the batch, not the last",
                    new Edit(FOLD + "TileChange", "new StoredItem(position(last),", "new StoredItem(position(0),")),
            Mutant.of(
                    "F4",
                    "every failed condition counts as one's own write",
                    new Edit(
                            FOLD + "ItemFold",
                            ": attempt(change, current, /* isStored= */ true, attempt + 1);",
                            ": CompletableFuture.completedFuture(true);")),
            Mutant.of(
                    "F4",
                    "what is stored instead is not read off a failed condition",
                    new Edit(DYNAMODB + "WriteOutcome", "stored(condition.item(), decode)", "stored(null, decode)")),
            Mutant.of(
                    "F4",
                    "subrecords outside the shard's hash range are folded",
                    new Edit(
                            INGEST + "KinesisBatches",
                            "range.isPresent() && !range.get().contains(user.hashKey())",
                            "false")),
            Mutant.of(
                    "F4",
                    "subrecords outside the shard's hash range are dropped and counted nowhere",
                    new Edit(
                            INGEST + "KinesisBatches",
                            "into.add(new RawRecord(\n                    new Position(sequence, subsequence)",
                            """
                            if (!outside) into.add(new RawRecord(
                                    new Position(sequence, subsequence)""".strip())),
            Mutant.of(
                    "F4",
                    "the archive does not tell which subrecords were outside their shard",
                    new Edit(S3 + "RecordJson", "if (record.outsideShard()) {", "if (false) {")),
            Mutant.of(
                    "P3",
                    "who packs the records is no part of a view's version",
                    new Edit(
                            CATALOG + "ViewVersion",
                            "source.aggregatedBy() != SourceReader.DEFAULT_AGGREGATED_BY",
                            "false")),
            Mutant.of(
                    "F5",
                    "the cache is filled from a put of unknown outcome",
                    new Edit(
                            FOLD + "ItemFold",
                            "context.cache().forget(change.key());\n        return context",
                            "context.cache().confirmed(change.key(), next);\n        return context")),
            Mutant.of(
                    "F6",
                    "done ends before one failed item, the last that failed",
                    new Edit(FOLD + "RowLimits", "lowestFailed = Math.min(lowestFailed, row);", "lowestFailed = row;")),
            Mutant.of(
                    "F6",
                    "a failed item holds up the batch from its last record, not its lowest",
                    new Edit(FOLD + "RowList", "return rows[0];", "return rows[size - 1];")),
            Mutant.of(
                    "F6",
                    "items that were not attempted in time do not count",
                    new Edit(ASYNC + "Flight", "waiting.forEach(left -> failed.accept(left, null));", "")),
            Mutant.of(
                    "F6",
                    "an item that is given up counts as done",
                    new Edit(
                            FOLD + "ItemFold",
                            "attempt(change, base, /* isStored= */ false, attempt + 1), false);",
                            "attempt(change, base, /* isStored= */ false, attempt + 1), true);")),
            Mutant.of(
                    "F6",
                    "a write of unknown outcome counts as a success",
                    new Edit(DYNAMODB + "WriteOutcome", "new Cas.Unknown<>(cause)", "new Cas.Stored<>()")),
            Mutant.of(
                    "F7",
                    "done passes what the archive has confirmed",
                    new Edit(FOLD + "Round", "isArchived ? limits.lowestFailed() : 0", "limits.lowestFailed()")),
            Mutant.of(
                    "F7",
                    "a segment counts its own records too",
                    new Edit(
                            FOLD + "Round",
                            "new Archive.Segment(row.lane(), row.last(), row.count(), records)",
                            "new Archive.Segment(row.lane(), row.last(), row.count() + records.size(), records)")),
            Mutant.of(
                    "F7",
                    "a segment's key says where it begins, not where it ends",
                    new Edit(
                            S3 + "S3Archive",
                            "PositionText.of(first.position())\n                + \"_\" + PositionText.of(last.position())",
                            "PositionText.of(first.position())")),
            Mutant.of(
                    "F7",
                    "a conflict in S3 counts as stored",
                    new Edit(S3 + "S3Objects", "status == PRECONDITION_FAILED", "status >= CONFLICT && status < 500")),
            Mutant.of(
                    "F8",
                    "the lane row is written without a condition on its revision",
                    new Edit(DYNAMODB + "DynamoControlStore", """
                            request.conditionExpression(IF_REV)
                                                .expressionAttributeValues(Map.of(":rev", ControlAttributes.number(rev - 1)));
                            """.strip(), ";")),
            Mutant.of(
                    "F8",
                    "a lane row that somebody else has written is far enough",
                    new Edit(
                            FOLD + "BatchRun",
                            "current.last().compareTo(folded.done().position()) >= 0",
                            "current.rev() > 0")),
            Mutant.of(
                    "F8",
                    "the lane row is written on its new revision without folding the view that was activated",
                    new Edit(
                            FOLD + "BatchRun", "if (!sameViews) {", "if (!sameViews && round(current, 99) == null) {")),
            Mutant.of(
                    "F9",
                    "success is reported before the lane row is written",
                    new Edit(
                            FOLD + "BatchRun",
                            ".thenCompose(done -> done == null",
                            ".thenCompose(done -> done != null\n? completed(report(done.position())) : done == null")),
            Mutant.of(
                    "F9",
                    "success is reported when the write of the lane row is given up",
                    new Edit(
                            FOLD + "BatchRun",
                            "attempt + 1),\n                            held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));",
                            "attempt + 1), report(folded.done().position()));")),
            Mutant.of(
                    "F9",
                    "requests under way are not waited for",
                    new Edit(
                            ASYNC + "Flight", "if (inFlight == 0 && waiting.isEmpty()) {", "if (waiting.isEmpty()) {")),
            Mutant.of(
                    "F9",
                    "a batch of which a part is done is reported as done",
                    new Edit(
                            FOLD + "BatchRun",
                            "if (record.position().isAfter(done)) {",
                            "if (batch.first().isAfter(done)) {")),
            Mutant.of(
                    "F10",
                    "a block is written however old it is",
                    new Edit(FOLD + "TileChange", "return expiresAtSeconds != 0 &&", "return expiresAtSeconds < 0 &&")),
            Mutant.of(
                    "F10",
                    "a block expires before late events can no longer come",
                    new Edit(
                            VIEW + "Expiry",
                            "+ view.retentionMillis()\n                + view.streamRetentionMillis()",
                            "- SLACK_MILLIS")),
            Mutant.of(
                    "F11",
                    "the next portion is folded although the one before is not done",
                    new Edit(
                            FOLD + "BatchRun",
                            "return folding.fold()",
                            "folding.isLast = records.size() == folding.records().size();\nreturn folding.fold()"),
                    new Edit(
                            FOLD + "Round",
                            "private final RowLimits limits;",
                            "private final RowLimits limits;\nboolean isLast;"),
                    new Edit(
                            FOLD + "Round",
                            "BatchDecisions.done(records, isArchived ? limits.lowestFailed() : 0);",
                            "BatchDecisions.done(records,"
                                    + " !isLast ? records.size() : isArchived ? limits.lowestFailed() : 0);")),
            // Producer duplicates.
            Mutant.of(
                    "T3",
                    "tiles are written before it is known which events count",
                    new Edit(FOLD + "StateFold", "(item.entity.hasIds() ? afterIds : first)", "first"),
                    new Edit(FOLD + "StateFold", "(entity.hasIds() ? afterIds : first)", "first")),
            Mutant.of(
                    "T3",
                    "tiles are written although their entity's ids were not",
                    new Edit(FOLD + "StateFold", "task.ofEntity().limit(0);", "")),
            Mutant.of(
                    "T3",
                    "an event that is delivered again is taken for its own duplicate",
                    new Edit(
                            FOLD + "IdsChange",
                            "owns(ids, index, row) ? Fate.COUNTED : Fate.DUPLICATE",
                            "Fate.DUPLICATE")),
            Mutant.of(
                    "T3",
                    "an id is forgotten before its event is done",
                    new Edit(TILE + "SeenIds", "if (unsettled[i]) {", "if (unsettled[i] && i < 0) {")),
            Mutant.of(
                    "T3",
                    "what the ancestors of a lane remember is not asked",
                    new Edit(
                            FOLD + "StateFold",
                            "if (ancestors.isEmpty() || (task.kind == Kind.HALVES && base != null)) {",
                            "if (ancestors.size() >= 0) {")),
            Mutant.of(
                    "T3",
                    "a lane does not wait for its parents to be folded to their end",
                    new Edit(FOLD + "Ancestry", "drained ? add(parent, row) : stop(parent)", "add(parent, row)")),

            // Pairs.
            Mutant.of(
                    "J1",
                    "tiles are put although the halves that decided about them were not",
                    new Edit(
                            FOLD + "HalvesChange",
                            "folded = row.position();",
                            "folded = row.position(); pairs.tell(work.rows.get(i), what);"),
                    new Edit(
                            FOLD + "StateFold",
                            "Objects.requireNonNull(task.view.pairs()).limit(task.firstRow());",
                            "")),
            Mutant.of(
                    "J1",
                    "a half is forgotten before the records are done that need it",
                    new Edit(
                            PAIR + "Halves",
                            "entry.isUnsettled && entry.arrivalMillis < oldestMillis",
                            "entry.isUnsettled && entry.arrivalMillis < oldestMillis - 1_000_000_000_000L")),
            Mutant.of(
                    "J1",
                    "halves are remembered for as long as outcomes are waited for",
                    new Edit(PAIR + "Halves", "return reachMillis() + slackMillis();", "return withinMillis;")),
            Mutant.of(
                    "J1",
                    "a left is a duplicate only of one that counts",
                    new Edit(
                            PAIR + "Halves",
                            "known.isLeft() && terms.areNear(known, left)",
                            "known.counts() && terms.areNear(known, left)")),
            Mutant.of(
                    "J1",
                    "a half that is delivered again is taken for another",
                    new Edit(
                            FOLD + "HalvesChange",
                            "told[i] = halves.told(half.owner());",
                            "told[i] = halves.foldSettled(half, terms);")),
            Mutant.of(
                    "J1",
                    "what a record adds is passed over, because what it took back has raised the head's mark",
                    new Edit(
                            FOLD + "EntityState",
                            "return !position.isAfter(stored);",
                            "return !position.isAfter(mark);")),
            Mutant.of(
                    "J2",
                    "a child lane begins with no halves",
                    new Edit(FOLD + "HalvesChange", "Halves.adopt(ancestors, terms)", "new Halves()")),

            // Heads.
            Mutant.ofPast(
                    "U1",
                    "a head that was read is measured although no tile is new",
                    new Edit(
                            TILE + "HeadState",
                            "private List<Spilled> spilled = List.of();",
                            "private List<Spilled> spilled = List.of();\nprivate boolean isRead;"),
                    new Edit(
                            TILE + "HeadState",
                            "open = in.readVarint() - 1;",
                            "isRead = true;\nopen = in.readVarint() - 1;"),
                    new Edit(
                            TILE + "HeadState",
                            "if (tiles.add(tile, row, filterBits)) {",
                            "if (tiles.add(tile, row, filterBits) || isRead) {\nisRead = false;")),
            Mutant.of(
                    "U1",
                    "an event goes into the head although tiles of its time are below",
                    new Edit(TILE + "HeadState", "if (tile < open) {", "if (tile < open && tile < 0) {")),
            Mutant.of(
                    "U2",
                    "what a head spills is decided on any version of it",
                    new Edit(FOLD + "ItemFold", "return isStored\n", "return isStored || attempt > 0\n")),
            Mutant.of(
                    "U2",
                    "that an event goes below is decided on any version of the head",
                    new Edit(
                            FOLD + "ItemChange",
                            "    default List<? extends ItemChange> before() {",
                            "    default boolean spills() {\nreturn false;\n}\n\n"
                                    + "    default List<? extends ItemChange> before() {"),
                    new Edit(FOLD + "ItemFold", "return isStored\n", "return isStored || !change.spills()\n"),
                    new Edit(
                            FOLD + "HeadChange",
                            "    private int row;",
                            "    private int row;\nprivate boolean spills;\n\n"
                                    + "@Override\npublic boolean spills() {\nreturn spills;\n}"),
                    new Edit(FOLD + "HeadChange", "below.clear();", "below.clear();\nspills = false;"),
                    new Edit(
                            FOLD + "HeadChange",
                            "sendBelow(rung, tile, encoded, open);",
                            "spills = true;\nsendBelow(rung, tile, encoded, open);")),
            Mutant.of(
                    "U3",
                    "a head is put before the items that take what it gives up",
                    new Edit(
                            FOLD + "ItemFold",
                            "foldAll(before).thenCompose(confirmed -> putAfter(confirmed, change, base, next, attempt))",
                            "put(change, base, next, attempt).thenCompose(confirmed ->"
                                    + " confirmed ? foldAll(before) : CompletableFuture.completedFuture(false))")),
            Mutant.of(
                    "U3",
                    "a head is put although an item that takes what it gives up was not",
                    new Edit(
                            FOLD + "ItemFold",
                            "return confirmed && !context.stop().getAsBoolean()",
                            "return (confirmed || attempt > 0) && !context.stop().getAsBoolean()")),
            Mutant.of(
                    "U3",
                    "when a head's put has met another head, only the head is decided again",
                    new Edit(
                            FOLD + "ItemFold",
                            ": attempt(change, current, /* isStored= */ true, attempt + 1);",
                            ": again(change, current, attempt + 1);"),
                    new Edit(FOLD + "ItemFold", "    /** U2. */", """
                                private CompletableFuture<Boolean> again(
                                        ItemChange change, @Nullable StoredItem base, int attempt) {
                                    StoredItem next = change.next(base);
                                    return next == null
                                            ? CompletableFuture.completedFuture(true)
                                            : put(change, base, next, attempt);
                                }

                                /** U2. */
                            """)),
            Mutant.of(
                    "U4",
                    "items below a head that went ahead are not read again",
                    new Edit(
                            SERVE + "FeatureServer",
                            "return computation.isTorn()\n",
                            "return computation.isTorn() && plan.reads().isEmpty()\n")),
            Mutant.of(
                    "U4",
                    "a head's tile counts although the item below has taken it",
                    new Edit(
                            SERVE + "AnswerComputation",
                            "return hopTile >= open ? targets.of(tile) : null;",
                            "return hopTile >= HeadState.NOT_OPEN || open == 0 ? targets.of(tile) : null;")),
            Mutant.ofPast(
                    "U1",
                    "a replay lets a spill bring one tile to an item and no other",
                    new Edit(
                            HISTORY + "MemoryItems",
                            "return position.isAfter(loaded) && isWithinLimit(position);",
                            "return position.isAfter(mark) && isWithinLimit(position);")),
            Mutant.ofPast(
                    "U1",
                    "a replay's head goes on beyond the mark that it had",
                    new Edit(HISTORY + "MemoryItems", "                isBeyond = true;\n", "")),
            Mutant.ofPast(
                    "U5",
                    "a head keeps tiles that nobody can ask for, until it expires",
                    new Edit(TILE + "HeadState", "if (tiles.size() > 0\n", "if (tiles.size() < 0\n")),
            Mutant.ofPast(
                    "U6",
                    "a checkpoint does not read again below a head that went ahead",
                    new Edit(CHECKPOINT + "SegmentScan", "if (items.isTorn(found)) {", "if (false) {")),

            // The past.
            Mutant.ofPast(
                    "T1",
                    "a record was known when it arrived, even if it stood behind one that arrived later",
                    new Edit(
                            HISTORY + "LaneWalk",
                            "maxArrivalMillis = Math.max(maxArrivalMillis, knownMillis(run, i));",
                            "maxArrivalMillis = run.records().get(i).arrivalMillis();")),
            Mutant.ofPast(
                    "T3",
                    "the past walks a stream's lanes in the order of their ids",
                    new Edit(
                            HISTORY + "History",
                            "List<String> order = LaneOrder.parentsFirst(before);",
                            "List<String> order = new ArrayList<>(new TreeSet<>(before.keySet()));"),
                    new Edit(
                            HISTORY + "History",
                            "before.stream().map(ends::get).filter(Objects::nonNull).toArray(CompletableFuture[]::new));",
                            "new CompletableFuture<?>[0]);")),
            Mutant.ofPast(
                    "B1",
                    "a backfill's lane goes on behind the view's activation",
                    new Edit(
                            HISTORY + "LaneWalk",
                            "int to = of.upTo() == null ? records.size() : Positions.countUpTo(of.upTo(), records);",
                            "int to = records.size();")),
            Mutant.ofPast(
                    "B1",
                    "a backfill folds into the items of the live lane",
                    new Edit(HISTORY + "LaneWalk", "run.lane().ofBackfill();", "run.lane();")),
            Mutant.ofPast(
                    "B1",
                    "a backfill notes a lane as done before its last batch is",
                    new Edit(
                            HISTORY + "FoldSink",
                            "return Flight.inOrder(taken, OfPart::flush)",
                            "taken.forEach(OfPart::flush);\nreturn CompletableFuture.<Void>completedFuture(null)")),
            Mutant.ofPast(
                    "B1",
                    "a batch of the past of which a part is done is taken for done",
                    new Edit(
                            HISTORY + "FoldSink",
                            "return deliver(batch, row.last(), 1);",
                            "return CompletableFuture.completedFuture(true);")),
            Mutant.ofPast(
                    "T3",
                    "a backfill's lane does not ask what its ancestors remember",
                    new Edit(
                            CHANGE + "BackfillFold",
                            "for (String ancestor : part.ancestors()) {",
                            "for (String ancestor : List.<String>of()) {")),
            Mutant.ofPast(
                    "J2",
                    "a replay's child lane begins with no halves",
                    new Edit(FOLD + "LaneMemory", "return Halves.adopt(remembered, terms);", "return new Halves();")),
            Mutant.ofPast(
                    "J4",
                    "pairs go into tiles from the activation on",
                    new Edit(
                            CONTROL + "WarmUps",
                            "until.ifPresent(found -> next.put(version, WarmUp.until(found)));",
                            "")),
            Mutant.ofPast(
                    "J4",
                    "a warm-up lasts for a minute only",
                    new Edit(
                            PAIR + "Halves", "return 2 * (reachMillis() + REGRESS_MILLIS);", "return REGRESS_MILLIS;")),
            Mutant.ofPast(
                    "J4",
                    "pairs go into tiles during the warm-up too",
                    new Edit(
                            FOLD + "StateFold",
                            "pairs != null && !lane.isWarmingUp(view.view().version())",
                            "pairs != null")),
            Mutant.ofPast(
                    "J4",
                    "a batch is not cut where the warm-up ends",
                    new Edit(FOLD + "BatchRun", "records.subList(0, warming)", "records")),
            Mutant.ofPast(
                    "J4",
                    "a child lane of one that warmed up at its end does not warm up",
                    new Edit(CONTROL + "WarmUps", ": ancestors.stream()", ": List.<LaneRow>of().stream()")),
            Mutant.ofPast(
                    "J4",
                    "a backfill takes the pairs up to the activation only",
                    new Edit(
                            HISTORY + "RepairedRecords",
                            "return known == null ? activatedAfter(laneId, row) : known;",
                            "return activatedAfter(laneId, row);")),
            Mutant.ofPast(
                    "J4",
                    "a replay makes pairs during the warm-up too",
                    new Edit(
                            FOLD + "LaneDecider",
                            "position.isAfter(view.countsAfter) ? visitor : WARMING_UP",
                            "position.isAfter(view.activatedAfter) ? visitor : WARMING_UP")),
            Mutant.ofPast(
                    "J4",
                    "a backfill's lane ends with the pairs that are its own",
                    new Edit(
                            HISTORY + "History",
                            "if (isAncestorOfBackfilled(laneId, view)) {",
                            "if (view.version().isEmpty()) {")),
            Mutant.ofPast(
                    "Q1",
                    "all redrives are walked in the lanes of the first one",
                    new Edit(
                            HISTORY + "History",
                            "entry.lane().ofRedrive(manifest.number())",
                            "entry.lane().ofRedrive(1)")));

    /**
     * Variants that are wrong, but have not been found yet: what the simulation still lacks. When one is found, it
     * belongs above.
     */
    static final List<Mutant> ESCAPING = List.of(
            Mutant.of(
                    "P1",
                    "a lane's id lacks the stream's creation time",
                    new Edit(STREAM + "Lane", "streamArn + \"|\" + streamCreatedMillis", "streamArn")),
            Mutant.of(
                    "P2",
                    "sequence numbers are compared as text",
                    new Edit(
                            STREAM + "Position",
                            "a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b)",
                            "a.compareTo(b)")),
            Mutant.of(
                    "L1",
                    "a lane row is created without a look at the control row's revision",
                    new Edit(DYNAMODB + "LaneCreation", """
                                            .conditionExpression(ControlAttributes.REV + " = :rev")
                                            .expressionAttributeValues(Map.of(":rev", ControlAttributes.number(controlRev)))
                            """.indent(0), "")),
            Mutant.ofPast(
                    "J4",
                    "an invocation that has not heard that a warm-up is over moves the lane row",
                    new Edit(FOLD + "BatchRun", "&& current.warmUps().equals(row.warmUps())", "")),
            Mutant.of(
                    "L3",
                    "an activation that lost the race is written again on the new revision",
                    new Edit(FOLD + "Lanes", "return control.writeLane(reconciled.get()).thenCompose(", """
                            LaneRow wanted = reconciled.get();
                            return control.writeLane(wanted).thenCompose(result ->
                                    result instanceof Cas.Conflict<LaneRow> conflict && conflict.current() != null
                                            ? control.writeLane(new LaneRow(lane, conflict.current().rev() + 1,
                                                    wanted.last(), wanted.count(), wanted.maxArrivalMillis(),
                                                    wanted.generation(), wanted.views(), wanted.counts(), wanted.ancestors()))
                                            : CompletableFuture.completedFuture(result)).thenCompose(
                            """)),
            Mutant.of(
                    "F3",
                    "a record's place in the quarantine lacks the view's version",
                    new Edit(S3 + "S3Quarantine", "                + \"/\" + first.viewVersion()\n", "")),
            Mutant.of(
                    "F10",
                    "a block is written until the very moment of its expiry",
                    new Edit(FOLD + "ItemChange", "EXPIRY_MARGIN_MILLIS = 3_600_000L", "EXPIRY_MARGIN_MILLIS = 0L")),
            Mutant.of(
                    "T3",
                    "ids are forgotten right after the horizon, although arrivals go back a little",
                    new Edit(TILE + "SeenIds", "return horizonMillis + REGRESS_MILLIS;", "return horizonMillis;")),
            Mutant.of(
                    "J1",
                    "a key whose halves failed holds up no other key's pairs",
                    new Edit(
                            FOLD + "StateFold",
                            "Objects.requireNonNull(task.view.pairs()).limit(task.firstRow());",
                            "")),
            Mutant.of(
                    "T3",
                    "the ids of events that are too old for the stream are written anew",
                    new Edit(FOLD + "IdsChange", "if (isExpired(row)) {", "if (isExpired(row) && mark == null) {")),
            Mutant.ofPast(
                    "U6",
                    "a late event does not show in the head",
                    new Edit(
                            TILE + "HeadState",
                            "setBelow(row.position());\n            return false;",
                            "return false;")),
            Mutant.ofPast(
                    "U6",
                    "a head that was emptied does not remember where it began",
                    new Edit(
                            TILE + "HeadState",
                            "if (tiles.size() == 0) {\n            setBelow",
                            "if (tiles.size() < 0) {\n            setBelow")),
            Mutant.ofPast(
                    "U6",
                    "a checkpoint that reads tiles again after the ids takes what is below the head from the same read",
                    new Edit(
                            CHECKPOINT + "SegmentScan",
                            "return torn ? readBelowHeadAgain(ids)",
                            "return torn && false ? readBelowHeadAgain(ids)")));

    private Mutants() {}
}
