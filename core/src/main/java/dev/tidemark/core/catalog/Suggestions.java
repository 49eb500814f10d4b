package dev.tidemark.core.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Suggestions for an unknown word. */
final class Suggestions {

    /**
     * Words of a catalog, each with those that other systems have for the same: pandas, SQL, feature stores. Without
     * capitals and separators.
     */
    private static final Map<String, Set<String>> OTHER_WORDS = Map.ofEntries(
            words("avg", "mean average"),
            words("stddev", "std stdev stddevsamp stddevpop sd standarddeviation"),
            words("variance", "var varsamp varpop"),
            words(
                    "distinct",
                    "nunique unique uniq uniques uniquecount countdistinct distinctcount approxcountdistinct "
                            + "approxdistinct approxunique cardinality hll"),
            words("count", "size len length rows rowcount num countif countwhere"),
            words("sum", "total sumif"),
            words("min", "minimum least smallest"),
            words("max", "maximum greatest largest"),
            words(
                    "percentile",
                    "quantile quantiles percentilecont approxpercentile approxquantile approxquantiles pctile"),
            words("median", "p50 approxmedian"),
            words("top_k", "mode topn mostfrequent mostcommon valuecounts frequentitems approxtopk"),
            words("histogram", "hist histogramnumeric bins bincount"),
            words("ratio", "rate share fraction proportion"),
            words("first", "earliest oldest firstvalue"),
            words("last", "latest newest mostrecent lastvalue"),
            words("first_n", "head firstk"),
            words("last_n", "tail lastk latestn collectlist"),
            words("decayed_avg", "ewm ewma ema emavg movingavg"),
            words("log_loss", "logloss crossentropy binarycrossentropy"),
            words("brier", "brierscore brierscoreloss"),
            words("auc", "rocauc rocaucscore auroc"),
            words("mae", "meanabsoluteerror"),
            words("rmse", "rootmeansquarederror"),
            words("label", "truth target actual y outcome"),
            words("thresholds", "threshold cutoff cutoffs"),
            words("windows", "window timewindow timewindows period periods range ranges interval lookback"),
            words("where", "filter filters condition conditions predicate having when if"),
            words("group_by", "partitionby bucketby segmentby by pivot buckets"),
            words("input", "field column col value inputcolumn on measure"),
            words("field", "column col input by"),
            words("function", "aggregation aggregate agg func fn op operation"),
            words("entity", "entities key keys entitykey joinkey joinkeys primarykey"),
            words("event_time", "timestamp timestampfield timestampcolumn eventtimestamp time timefield ts datetime"),
            words("event_id", "id uuid dedupkey idempotencykey"),
            words("stream", "topic streamname kinesis"),
            words("source", "datasource input from"),
            words("sources", "datasources inputs streams"),
            words("views", "featureviews featuretables featuregroups tables"),
            words("features", "fields metrics aggregations aggs measures columns"),
            words("derived", "computed calculated ondemand expressions"),
            words("expression", "expr formula sql"),
            words("default", "fillna fill defaultvalue coalesce"),
            words("retention", "ttl lateness allowedlateness maxlateness watermark"),
            words("hop", "slide step slideinterval aggregationinterval granularity resolution"),
            words("skew", "clockskew tolerance"),
            words("drop_duplicates", "dedup dedupe deduplicate unique"),
            words("optional", "nullable required allownull skipna ignorenulls"),
            words("percentiles", "quantiles quantile percents q"),
            words("k", "limit top n"),
            words("n", "limit k"),
            words("half_life", "decay tau span"),
            words("iso8601", "iso rfc3339 datetime string text"),
            words("epoch_seconds", "unix epoch unixtime unixtimestamp unixseconds seconds s"),
            words("epoch_millis", "ms millis milliseconds unixms unixmillis epochms"));

    private Suggestions() {}

    private static Map.Entry<String, Set<String>> words(String word, String others) {
        return Map.entry(word, Set.of(others.split(" ")));
    }

    /** Such as {@code did you mean 'windows'? keys here: …}. */
    static String remedy(String word, Collection<String> known, String what) {
        String all = what + ": " + String.join(", ", known);
        return nearest(word, known)
                .map(near -> "did you mean '" + near + "'? " + all)
                .orElse(all);
    }

    /**
     * The word with the same meaning, or with other capitals and separators; else the nearest by edits, if it is near;
     * else one that begins with this word; else a shorter form of this word, such as avg for average.
     */
    static Optional<String> nearest(String word, Collection<String> known) {
        return meant(plain(word), known).or(() -> near(word, known));
    }

    private static Optional<String> meant(String plain, Collection<String> known) {
        return known.stream()
                .filter(candidate -> plain(candidate).equals(plain))
                .findFirst()
                .or(() -> known.stream()
                        .filter(candidate ->
                                OTHER_WORDS.getOrDefault(candidate, Set.of()).contains(plain))
                        .findFirst());
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    private static Optional<String> near(String word, Collection<String> known) {
        int allowed = word.length() < 4 ? 1 : Math.max(2, word.length() / 3);
        Optional<String> near = known.stream()
                .filter(candidate -> edits(word, candidate) <= allowed)
                .min(Comparator.comparingInt(candidate -> edits(word, candidate)));
        return near.or(() -> known.stream()
                        .filter(candidate -> word.length() >= 3 && candidate.startsWith(word))
                        .findFirst())
                .or(() -> known.stream()
                        .filter(candidate -> candidate.length() >= 3 && isSpelledWithin(candidate, word))
                        .max(Comparator.comparingInt(String::length)));
    }

    private static boolean isSpelledWithin(String inner, String outer) {
        int at = 0;
        for (int i = 0; i < outer.length() && at < inner.length(); i++) {
            if (outer.charAt(i) == inner.charAt(at)) {
                at++;
            }
        }
        return at == inner.length() && inner.charAt(0) == outer.charAt(0);
    }

    /** Levenshtein distance; long words are far from everything. */
    private static int edits(String a, String b) {
        if (a.length() > 80) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
