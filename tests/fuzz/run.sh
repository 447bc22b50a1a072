#!/bin/sh
# run.sh TARGET...: looks for inputs that break these fuzz targets, as many at once as there are
# processors. What it finds worth keeping goes to build/fuzz/TARGET/corpus, on top of
# tests/fuzz/corpus/TARGET; what breaks a target, to build/fuzz/TARGET. `make fuzz` calls it.
#
#   OUT=build/...   the variant with libFuzzer; has to be set
#   EACH=60         seconds for each target
#   INPUT=file      tries this file only
#   KEEP=1          afterwards adds to tests/fuzz/corpus what reaches code that nothing there does

set -u

EACH=${EACH:-60}
INPUT=${INPUT:-}
KEEP=${KEEP:-}
UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
export OUT EACH KEEP UBSAN_OPTIONS

if [ -n "$INPUT" ]; then
    # A directory would be taken for a corpus, and filled.
    if [ $# -ne 1 ] || [ ! -f "$INPUT" ]; then
        echo "fuzz: to try a file: FUZZ=words INPUT=file (not $INPUT for $*)" >&2
        exit 1
    fi
    exec "$OUT/tests/fuzz/$1" "$INPUT"
fi

if [ "${1:-}" = --one ]; then
    target=$2
    found=build/fuzz/$target
    corpus=tests/fuzz/corpus/$target
    dictionary=tests/fuzz/$target.dict
    mkdir -p "$found/corpus"
    set -- -max_total_time="$EACH" -artifact_prefix="$found/" -print_final_stats=1 -timeout=60
    [ ! -e "$dictionary" ] || set -- "$@" -dict="$dictionary"
    if ! "$OUT/tests/fuzz/$target" "$@" "$found/corpus" "$corpus" >"$found/log" 2>&1; then
        tail -n 60 "$found/log"
        echo "fuzz: $target failed"
        sed -n "s/.*Test unit written to /To see it again: make fuzz FUZZ=$target INPUT=/p" "$found/log"
        exit 1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log")
    echo "fuzz: $target: nothing found in $EACH s, $runs runs"
    [ -z "$KEEP" ] || "$OUT/tests/fuzz/$target" -merge=1 -use_counters=0 "$corpus" "$found/corpus" \
        2>&1 | sed -n "s|^MERGE-OUTER: \([0-9]* new files\).*|fuzz: $target: \1 in $corpus|p"
    exit 0
fi

jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "$0" --one
