package dev.tidemark.benchmarks.scale;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The tables of docs/scale.md, by their names. */
final class ScaleReport {

    private static final List<Load> LOADS =
            Stream.of(1e3, 1e4, 1e5, 1e6).map(Load::new).toList();
    private static final Load MILLION = LOADS.get(3);

    private ScaleReport() {}

    static Map<String, String> tables() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("loads", loads());
        tables.put("limits", limits());
        tables.put("dollars", dollars());
        tables.put("levers", levers());
        tables.put("naive", naive());
        tables.put("arithmetic", arithmetic());
        tables.put("figures", figures());
        return tables;
    }

    private static String loads() {
        List<String> lines = header("events/s");
        lines.add(row("shards, one record an event", Load::shards));
        lines.add(row("shards, aggregated records", Load::aggregatedShards));
        lines.add(row("batches/s", Load::batches));
        lines.add(row("executions of the ingest function at once, on average", Load::concurrency));
        lines.add(row("and when all lanes catch up", Load::shards));
        lines.add(row("item writes/s", Load::itemWrites));
        lines.add(row("write units/s", Load::writeUnits));
        lines.add(row("read units/s of the fold", Load::readUnits));
        lines.add(row("active users", Load::users));
        lines.add(row("state table, GB", load -> load.tableBytes() / 1e9));
        lines.add(row("archive, GB a day", load -> load.archiveBytes() * 86_400 / 1e9));
        lines.add(row("archive objects an hour before compaction", load -> load.batches() * 3_600));
        lines.add(row("compaction of an hour, seconds", Load::compactionSeconds));
        lines.add(row("checkpoint, seconds of scanning", Load::checkpointSeconds));
        lines.add(row("checkpoint, `CheckpointScanSegments` needed", Load::scanSegments));
        lines.add(row("checkpoint, read units", Load::scanUnits));
        lines.add(row("hours that an audit of one view can reach back", Load::auditHours));
        lines.add(row("cores that replay at the speed of arrival", Load::replayCores));
        lines.add(row("queries/s", Load::queries));
        lines.add(row("executions of the query function at once", Load::queryConcurrency));
        lines.add(row("write units/s of an entity that every batch has", Load::unitsOfAnEntityEverywhere));
        lines.add(row("read units of a query for it", Load::unitsOfAQueryEverywhere));
        return text(lines);
    }

    private static String limits() {
        List<String> lines =
                new ArrayList<>(List.of("| from events/s | what stops | what to do |", "| ---: | --- | --- |"));
        Limits.inOrder()
                .forEach(limit -> lines.add(
                        "| " + number(limit.eventsPerSecond()) + " | " + limit.what() + " | " + limit.remedy() + " |"));
        return text(lines);
    }

    private static String dollars() {
        List<String> lines = header("$ a month at events/s");
        for (String item : new Bill(MILLION).items().keySet()) {
            lines.add(row(item, load -> new Bill(load).items().getOrDefault(item, 0.0)));
        }
        lines.add(row("**together**", load -> new Bill(load).total()));
        lines.add(row("$ a million events", load -> new Bill(load).total() / (load.eventsPerSecond() * 2.628)));
        return text(lines);
    }

    private static String levers() {
        List<String> lines = header("$ a month at events/s");
        lines.add(row("DynamoDB writes as above", load -> new Bill(load).writes()));
        lines.add(row("in batches of 10,000", load -> new Bill(load).writesInLargeBatches()));
        lines.add(row("provisioned, 70 % used", load -> new Bill(load).writesProvisioned()));
        lines.add(row("Kinesis as above", load -> new Bill(load).kinesis()));
        lines.add(row("aggregated records", load -> new Bill(load).kinesisAggregated()));
        lines.add(row("on demand, one record an event", load -> new Bill(load).kinesisOnDemand()));
        return text(lines);
    }

    private static String naive() {
        List<String> lines = header("$ a month of DynamoDB requests at events/s");
        lines.add(row("Tidemark", load -> new Bill(load).tidemark()));
        lines.add(row("one `ADD` per window and event", load -> new Bill(load).addPerWindow()));
        lines.add(row("raw events, read by every query", load -> new Bill(load).recomputed()));
        return text(lines);
    }

    private static String arithmetic() {
        double shardEvents = Fact.SHARD_RECORDS.value * Fact.SHARD_USE.value;
        double items = Fact.BATCH_EVENTS.value * Fact.ITEMS_PER_EVENT.value;
        List<String> lines = new ArrayList<>();
        lines.add(line("shards = 1,000,000 / (%s × %s) = %s", Fact.SHARD_RECORDS, Fact.SHARD_USE, MILLION.shards()));
        lines.add(line(
                "a batch fills in %s / %s = %s s",
                Fact.BATCH_EVENTS, shardEvents, Fact.BATCH_EVENTS.value / shardEvents));
        lines.add(line("item writes of a batch = %s × %s = %s", Fact.BATCH_EVENTS, Fact.ITEMS_PER_EVENT, items));
        lines.add(line(
                "a batch's processor time = %s / (%s × %s) + %s × %s µs = %s s",
                items,
                Fact.FOLD_EVENTS,
                Fact.FOLD_ITEMS_PER_EVENT,
                items,
                Fact.PUT_CPU_MICROS,
                Load.batchCpuSeconds()));
        lines.add(line(
                "a batch's waiting = %s / %s × %s ms = %s s",
                items,
                Fact.PUTS_IN_FLIGHT,
                Fact.PUT_MILLIS,
                items / Fact.PUTS_IN_FLIGHT.value * Fact.PUT_MILLIS.value / 1_000));
        lines.add(line(
                "a batch takes %s ms + the longer of both = %s s, so a lane can fold %s events/s",
                Fact.BATCH_MILLIS, Load.batchSeconds(), Load.laneEventsPerSecond()));
        lines.add(line(
                "executions at once = %s batches/s × %s s = %s",
                MILLION.batches(), Load.batchSeconds(), MILLION.concurrency()));
        lines.add(line("write units = 1,000,000 × %s = %s a second", Fact.WRITE_UNITS_PER_EVENT, MILLION.writeUnits()));
        lines.add(line(
                "DynamoDB writes = %s × 2,628,000 s × $%s / 1,000,000 = $%s",
                MILLION.writeUnits(), Fact.WRITE_UNIT_DOLLARS, new Bill(MILLION).writes()));
        lines.add(line(
                "state table = %s users × %s items × %s bytes = %s GB",
                MILLION.users(), Fact.ITEMS_PER_USER, Fact.ITEM_BYTES, MILLION.tableBytes() / 1e9));
        lines.add(line(
                "archive = 1,000,000 × %s bytes = %s TB a day",
                Fact.ARCHIVE_BYTES, MILLION.archiveBytes() * 86_400 / 1e12));
        lines.add(line(
                "an audit replays %s × %s s = %s events",
                Fact.REPLAYS, Fact.COMPACT_SECONDS, Fact.REPLAYS.value * Fact.COMPACT_SECONDS.value));
        lines.add(line(
                "a lane is busy for %s / %s = %s of the time, and catches up at %s times the speed of arrival",
                Load.batchSeconds(),
                Fact.BATCH_EVENTS.value / shardEvents,
                Load.batchSeconds() * shardEvents / Fact.BATCH_EVENTS.value,
                Load.laneEventsPerSecond() / shardEvents));
        lines.add(line(
                "events/s of a shard, aggregated = %s × %s / (%s + %s) = %s",
                Fact.SHARD_BYTES,
                Fact.SHARD_USE,
                Fact.EVENT_BYTES,
                Fact.KPL_BYTES,
                MILLION.eventsPerSecond()
                        / (MILLION.aggregatedBytes() / (Fact.SHARD_BYTES.value * Fact.SHARD_USE.value))));
        lines.add(line("DynamoDB writes, of the whole price = %s %%", 100 * new Bill(MILLION).shareOfWrites()));
        return "```\n" + text(lines) + "```\n";
    }

    private static String figures() {
        List<String> lines = new ArrayList<>(List.of("| figure | | origin | source |", "| ---: | --- | --- | --- |"));
        for (Fact fact : Fact.values()) {
            lines.add("| " + exact(fact.value) + " | " + fact.unit + " | " + fact.origin.text + " | " + fact.source
                    + " |");
        }
        return text(lines);
    }

    private static List<String> header(String first) {
        StringBuilder names = new StringBuilder("| ").append(first).append(" |");
        StringBuilder rule = new StringBuilder("| --- |");
        for (Load load : LOADS) {
            names.append(' ').append(number(load.eventsPerSecond())).append(" |");
            rule.append(" ---: |");
        }
        return new ArrayList<>(List.of(names.toString(), rule.toString()));
    }

    private static String row(String name, ToDoubleFunction<Load> value) {
        StringBuilder row = new StringBuilder("| ").append(name).append(" |");
        LOADS.forEach(load ->
                row.append(' ').append(number(value.applyAsDouble(load))).append(" |"));
        return row.toString();
    }

    private static String line(String format, Object... values) {
        Object[] texts = Stream.of(values)
                .map(value -> number(value instanceof Fact fact ? fact.value : ((Number) value).doubleValue()))
                .toArray();
        return String.format(Locale.ROOT, format, texts);
    }

    /** Three digits are more than most of the figures deserve; whole numbers and prices stay as they are. */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e5) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int digits = (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        if (digits >= 3) {
            double unit = Math.pow(10, digits - 3.0);
            return String.format(Locale.ROOT, "%,.0f", Math.round(value / unit) * unit);
        }
        String text = String.format(Locale.ROOT, "%." + (3 - digits) + "f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** A figure that is given is shown as it is given. */
    private static String exact(double value) {
        DecimalFormat format = new DecimalFormat("#,##0.##########", DecimalFormatSymbols.getInstance(Locale.ROOT));
        return format.format(value);
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
