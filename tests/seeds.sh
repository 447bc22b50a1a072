#!/bin/sh
# seeds.sh [SUITE...]: runs the runtime's suites (or those named) with LOOP_SEED=1, 2, ... SEEDS, so
# that what is ready runs in another order each time. Stops at the first seed that fails and shows
# what the suites said. `make check-seeds` calls it, with what tests/run.sh is told.

set -u

[ $# -gt 0 ] || set -- loop loop_time loop_end task scope gather future cancel cancel_table deadline executor \
    stream stream_connect stream_write listener protocol shortage misuse trace program
SEEDS=${SEEDS:-40}
OUT=${OUT:-build/plain}
export OUT

seed=0
while [ "$seed" -lt "$SEEDS" ]; do
    seed=$((seed + 1))
    if ! said=$(LOOP_SEED=$seed tests/run.sh "$@" 2>&1); then
        printf '%s\nfailed with LOOP_SEED=%d\n' "$said" "$seed"
        exit 1
    fi
done
echo "$# suites passed with each of $seed seeds"
