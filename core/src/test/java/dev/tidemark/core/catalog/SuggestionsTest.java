package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

    /** The words that users of pandas, SQL and other feature stores write. */
    @ParameterizedTest
    @CsvSource({
        "mean, avg",
        "average, avg",
        "AVG, avg",
        "std, stddev",
        "stddev_samp, stddev",
        "var, variance",
        "nunique, distinct",
        "unique, distinct",
        "count_distinct, distinct",
        "approx_count_distinct, distinct",
        "size, count",
        "COUNT, count",
        "total, sum",
        "maximum, max",
        "quantile, percentile",
        "approx_quantiles, percentile",
        "mode, top_k",
        "topk, top_k",
        "latest, last",
        "ewma, decayed_avg",
        "hist, histogram",
        "medain, median",
    })
    void functions(String written, String meant) {
        List<String> known =
                AggregateFunctions.all().stream().map(AggregateFunction::name).toList();
        assertThat(Suggestions.nearest(written, known)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "window, windows",
        "time_window, windows",
        "timeWindows, windows",
        "groupby, group_by",
        "group-by, group_by",
        "partition_by, group_by",
        "filter, where",
        "condition, where",
        "column, input",
        "field, input",
        "aggregation, function",
        "agg, function",
        "nullable, optional",
    })
    void keysOfAFeature(String written, String meant) {
        List<String> known = new ArrayList<>(FeatureReader.KEYS);
        assertThat(Suggestions.nearest(written, known)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "join_keys, 'source,entity,where,hop,retention', entity",
        "ttl, 'source,entity,where,hop,retention', retention",
        "timestamp_field, 'stream,event_time,event_id', event_time",
        "feature_views, 'tidemark,sources,views', views",
        "unix, 'iso8601,epoch_millis,epoch_seconds', epoch_seconds",
        "ms, 'iso8601,epoch_millis,epoch_seconds', epoch_millis",
    })
    void others(String written, String known, String meant) {
        assertThat(Suggestions.nearest(written, List.of(known.split(",")))).contains(meant);
    }
}
