#!/usr/bin/env bash
# Lutra's core beside Go's etcd raft: workload W1 (docs/performance.md), whole processes in alternating pairs.
# usage: lutra-bench/run-core.sh [PAIRS] [POINT...]    points: w1-128x16 w1b-1024x64 w1c-10/1 ...; by default all
# OUT is where the raw lines go (default lutra-bench/target/core), JAVA the java to run, JAVA_FLAGS its flags, SCALE how
# many entries go, in percent.
set -eu
cd "$(dirname "$0")"
pairs=${1:-5}
shift || true
points=("$@")
if [ ${#points[@]} -eq 0 ]; then
  points=(w1-128x1 w1-128x16 w1-128x64 w1-1024x1 w1-1024x16 w1-1024x64
    w1b-128x1 w1b-128x16 w1b-128x64 w1b-1024x1 w1b-1024x16 w1b-1024x64 w1c-10/1 w1c-100/10)
fi
out=${OUT:-target/core}
java=${JAVA:-java}
scale=${SCALE:-100}
mkdir -p "$out"
: > "$out/go.txt"
: > "$out/lutra.txt"

(cd .. && mvn -q -B -Pbench -pl lutra-bench -am package -DskipTests)
(cd peers/go-core && go build -o ../../target/go-core .)

arguments() {
  local sizes=${1#*-}
  case $1 in
    w1c-*) echo "-w w1c -groups 10000 -election ${sizes%/*} -heartbeat ${sizes#*/} -ticks $((${sizes#*/} > 1 ? 200 : 50))" ;;
    w1b-*) echo "-multi -codec -size ${sizes%x*} -batch ${sizes#*x} -n $(entries "${sizes#*x}")" ;;
    w1-*) echo "-multi -size ${sizes%x*} -batch ${sizes#*x} -n $(entries "${sizes#*x}")" ;;
    *) echo "no such point: $1" >&2; exit 2 ;;
  esac
}

# Long enough that the compiler is done within the entries that go before the measured ones (as many again).
entries() { case $1 in 1) echo $((20000 * scale)) ;; 16) echo $((50000 * scale)) ;; *) echo $((80000 * scale)) ;; esac; }

# shellcheck disable=SC2046,SC2086
go_run() { target/go-core $(arguments "$1") >> "$out/go.txt"; }
# shellcheck disable=SC2046,SC2086
lutra_run() { "$java" ${JAVA_FLAGS:-} -cp target/benchmarks.jar io.lutra.bench.core.W1 $(arguments "$1") >> "$out/lutra.txt"; }

for pair in $(seq "$pairs"); do
  for point in "${points[@]}"; do
    if [ $((pair % 2)) = 1 ]; then go_run "$point"; lutra_run "$point"; else lutra_run "$point"; go_run "$point"; fi
  done
done
./compare-core.py "$out/go.txt" "$out/lutra.txt"
