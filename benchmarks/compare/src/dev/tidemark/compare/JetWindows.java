package dev.tidemark.compare;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.aggregate.AggregateOperation;
import com.hazelcast.jet.aggregate.AggregateOperation1;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.BatchSource;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.SinkBuilder;
import com.hazelcast.jet.pipeline.SourceBuilder;
import com.hazelcast.jet.pipeline.WindowDefinition;

/**
 * {@code JetWindows FILE EVENTS SIZE_MINUTES STEP_MINUTES}: a pipeline in a Hazelcast member of its own. One cooperative
 * thread, accumulators changed in place, no snapshots.
 */
public final class JetWindows {

    private static final int CHUNK = 256;

    public static void main(String[] arguments) {
        String file = arguments[0];
        long events = Long.parseLong(arguments[1]);
        long size = 60_000 * Long.parseLong(arguments[2]);
        long step = 60_000 * Long.parseLong(arguments[3]);

        BatchSource<byte[]> source = SourceBuilder.batch("file", context -> new Lines(file, events))
                .<byte[]>fillBufferFn((lines, buffer) -> {
                    for (int i = 0; i < CHUNK; i++) {
                        byte[] line = lines.next();
                        if (line == null) {
                            buffer.close();
                            return;
                        }
                        buffer.add(line);
                    }
                })
                .destroyFn(Lines::close)
                .build();
        AggregateOperation1<Event, Totals, Totals> aggregate = AggregateOperation.withCreate(Totals::new)
                .<Event>andAccumulate((totals, event) -> totals.add(event.price))
                .andCombine(Totals::add)
                .andExportFinish(totals -> new Totals().add(totals));

        Pipeline pipeline = Pipeline.create();
        pipeline.readFrom(source)
                .map(Event::of)
                .addTimestamps(event -> event.millis, 0)
                .groupingKey(event -> event.user)
                .window(WindowDefinition.sliding(size, step))
                .aggregate(aggregate)
                .writeTo(SinkBuilder.sinkBuilder("results", context -> "")
                        .<KeyedWindowResult<String, Totals>>receiveFn(
                                (nothing, result) -> Measured.result(result.result().count))
                        .preferredLocalParallelism(1)
                        .build());
        pipeline.setPreserveOrder(false);

        Config config = new Config();
        config.getJetConfig().setEnabled(true).setCooperativeThreadCount(1);
        config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        HazelcastInstance member = Hazelcast.newHazelcastInstance(config);
        try {
            member.getJet().newJob(pipeline).join();
        } finally {
            member.shutdown();
        }
        Measured.print(events / 2);
    }
}
