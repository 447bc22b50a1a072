#!/bin/sh
# seeds.sh [SUITE...]: runs the suites of the runtime (or the named suites) with LOOP_SEED=1, 2, ...
# SEEDS, so that the ready queue runs in another order each time. It stops at the first seed that
# fails and prints the output of the suites. `make check-seeds` calls it; it reads the variables of
# run.sh.

set -u

[ $# -gt 0 ] || set -- loop loop_time loop_end task task_join task_many task_thread scope \
    scope_result scope_deadline gather future cancel cancel_table deadline executor stream stream_connect \
    stream_write listener protocol shortage misuse misuse_null misuse_scope misuse_stream trace program
SEEDS=${SEEDS:-40}
OUT=${OUT:-build/plain}
export OUT

seed=0
while [ "$seed" -lt "$SEEDS" ]; do
    seed=$((seed + 1))
    if ! said=$(RETRY='' LOOP_SEED=$seed tests/run.sh "$@" 2>&1); then
        printf '%s\nfailed with LOOP_SEED=%d\n' "$said" "$seed"
        exit 1
    fi
done
echo "$# suites passed with each of $seed seeds"
