#!/usr/bin/env bash
# The same events through Tidemark's fold and through what people would use instead, as docs/performance.md describes it
# under "Beside other engines". Prints the table that stands there.
#
#   benchmarks/compare/run.sh [NAME…]     all rows, or those of engines in whose name one of these stands
#   CORE=1 ROUNDS=1                       the core to which all are pinned; rounds, of which the median counts
#
# Needs Linux, a JDK of version 17 or later, Maven Central, 2 GB of memory and 1 GB of disk in target/.
set -euo pipefail
cd "$(dirname "$0")"
core=${CORE:-1}
rounds=${ROUNDS:-1}
names=("$@")

tidemark=../target/benchmarks.jar
jvm=(taskset -c "$core" java -XX:+UseSerialGC -Xms2g -Xmx2g -Dhazelcast.logging.type=none -Dhazelcast.phone.home.enabled=false)
# What the start scripts of Flink and Hazelcast open on JDK 17.
for package in java.lang java.lang.invoke java.nio java.text java.time java.util java.util.concurrent sun.nio.ch; do
    jvm+=(--add-opens "java.base/$package=ALL-UNNAMED")
done

prepare() {
    [ -f $tidemark ] || {
        echo 'build Tidemark first: ./mvnw -q -pl benchmarks -am -DskipTests package' >&2
        exit 1
    }
    rm -rf target/lib # other versions of an earlier run would stay on the class path
    ../../mvnw -q -ntp process-classes
    local all=target/events-4000000.json
    if [ ! -f $all ]; then
        java -cp $tidemark dev.tidemark.benchmarks.EventsFile target/events.part 4000000
        mv target/events.part $all
    fi
    head -n 400000 $all >target/events-400000.json
}

version() {
    sed -n "s:.*<$1.version>\(.*\)</$1.version>.*:\1:p" pom.xml
}

wanted() {
    local name
    for name in "${names[@]:-}"; do
        [[ $1 != *"$name"* ]] || return 0
    done
    return 1
}

row() { # engine, job, command…
    local engine=$1 job=$2
    shift 2
    wanted "$engine" || return 0
    local round
    for ((round = 0; round < rounds; round++)); do
        "${jvm[@]}" "$@" 2>target/errors || {
            cat target/errors >&2
            exit 1
        }
    done | sort -n | sed -n "$(((rounds + 1) / 2))s/.*/| $engine | $job | & |/p"
}

fold() { # windows as a catalog has them
    row Tidemark "${1//,/ + }" -cp "$tidemark" dev.tidemark.benchmarks.fold.FoldFile target/events-4000000.json 4000000 "$1"
}

windows() { # engine, job, class, events, minutes of a window, minutes from one to the next
    row "$1" "$2" -cp 'target/classes:target/lib/*' "dev.tidemark.compare.$3" "target/events-$4.json" "$4" "$5" "$6"
}

prepare
flink="Flink $(version flink)"
kafka="Kafka Streams $(version kafka)"
jet="Hazelcast Jet $(version hazelcast)"
duckdb="DuckDB $(version duckdb)"
minutes="windows of 1 minute"
sliding="30 minutes, every minute"
echo "| engine | job | million events per processor second | what came out |"
echo "| --- | --- | --- | --- |"
fold 1h
fold 30m
fold 5m,30m,24h
fold 5m,30m,24h,30d
windows "$flink" "$minutes" FlinkWindows 4000000 1 1
windows "$flink SQL" "$minutes" FlinkSqlWindows 4000000 1 1
windows "$kafka" "$minutes" KafkaStreamsWindows 4000000 1 1
windows "$jet" "$minutes" JetWindows 4000000 1 1
windows "$duckdb" "$minutes" DuckDbWindows 4000000 1 1
windows "$flink" "$sliding" FlinkWindows 400000 30 1
windows "$flink SQL" "$sliding" FlinkSqlWindows 4000000 30 1
windows "$kafka" "$sliding" KafkaStreamsWindows 400000 30 1
windows "$jet" "$sliding" JetWindows 4000000 30 1
windows "$duckdb" "30 minutes, at each event" DuckDbWindows 4000000 30 1
