#!/usr/bin/env bash
# Start a job server that stays, with a pool of worker processes beside it; Ctrl-C ends both.
#
#   deploy/start.sh flink|spark|prism [MASTER]
#
# MASTER is a Flink cluster (HOST:PORT) or a Spark master URL; without it the engine is embedded and runs here. Then:
#
#   dateline run INPUT... --lake DIR --runner FlinkRunner -- --job_endpoint=localhost:8099 \
#       --environment_type=EXTERNAL --environment_config=localhost:50000 --parallelism=2 --sdk_worker_parallelism=2
#
# JOB_PORT and POOL_PORT choose other ports, JAVA_HOME another Java, PYTHON another interpreter with Dateline installed.
set -eu

name=${1:-}
master=${2:-}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dateline
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
job_port=${JOB_PORT:-8099}
pool_port=${POOL_PORT:-50000}

fail() {
    printf 'start.sh: %s\n' "$1" >&2
    exit 2
}

case $name in
flink)
    set -- "$java" -jar "$cache/flink/flink-job-server.jar" --flink-master "${master:-[local]}" \
        --job-port "$job_port" --artifact-port 0 --expansion-port 0
    ;;
spark)
    set -- "$java" -jar "$cache/spark/spark-job-server.jar" --spark-master-url "${master:-local[*]}" \
        --job-port "$job_port" --artifact-port 0 --expansion-port 0
    ;;
prism)
    [ -z "$master" ] || fail "Prism has no cluster to name"
    set -- "$cache/prism/prism" "--job_port=$job_port"
    ;;
*)
    fail "name one of flink, spark, prism"
    ;;
esac
[ -d "$cache/$name" ] || fail "$cache/$name is not there; run deploy/install.sh $name first"

"${PYTHON:-python3}" -m pipelines.harness --port "$pool_port" &
pool=$!
trap 'kill $pool 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
"$@" &
server=$!
trap 'kill $pool $server 2>/dev/null || true' EXIT
wait $server
