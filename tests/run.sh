#!/bin/sh
# run.sh SUITE...: runs $OUT/tests/test_SUITE for each suite, one on each processor at a time. It
# goes on after a suite that fails, and ends with the line "N passed, N failed". `make check` calls
# it.
#
#   OUT=build/plain       the folder of the variant's objects
#   BIN=.                 the root of the variant's programs (tests/support.c)
#   VALGRIND=1            run suites and programs under Valgrind
#   SANITIZE=address,...  the sanitizers of the variant
#   EMULATOR=qemu-...     the command that runs the suites of another processor
#   RETRY=1               run a suite that failed once more at the end, alone. If it passes, it is
#                         named as unstable, with its messages, and does not count as failed. This
#                         does not hold for what sanitizers and Valgrind report, and for crashes.

set -u

OUT=${OUT:-build/plain}
BIN=${BIN:-.}
VALGRIND=${VALGRIND:-}
SANITIZE=${SANITIZE:-}
EMULATOR=${EMULATOR:-}
export OUT BIN VALGRIND SANITIZE EMULATOR

# The limit is only for suites that hang. On a busy machine a healthy suite can be slow, too.
prefix=
slower=3
if [ -n "$VALGRIND" ]; then
    prefix=valgrind
    slower=20
    # The programs that the suites start read the same options. tests/support.c knows status 99.
    VALGRIND_OPTS="-q --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --error-exitcode=99 ${VALGRIND_OPTS:-}"
    export VALGRIND_OPTS
elif [ -n "$EMULATOR" ]; then
    prefix=$EMULATOR
    slower=5
elif [ -n "$SANITIZE" ]; then
    slower=5
fi

ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS:-}
UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
TSAN_OPTIONS=halt_on_error=1:${TSAN_OPTIONS:-}
CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-$slower}
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS CK_TIMEOUT_MULTIPLIER

# ThreadSanitizer finds no room for its shadow memory where the kernel randomizes addresses widely.
case $SANITIZE in
*thread*) if setarch -R true 2>/dev/null; then prefix='setarch -R'; fi ;;
esac

# Prints the output of a suite in one piece, when the suite has ended.
if [ "${1:-}" = --one ]; then
    log=$OUT/tests/$2.log
    # shellcheck disable=SC2086  # the prefix is words, or nothing
    $prefix "$OUT/tests/test_$2" >"$log" 2>&1 || echo "$2" >>"$FAILURES"
    cat "$log"
    exit 0
fi

[ $# -gt 0 ] || { echo 'run.sh: no suite to run' >&2; exit 1; }
FAILURES=$OUT/tests/failures
export FAILURES
: >"$FAILURES"
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "$0" --one || {
    echo 'run.sh: the suites could not be run' >&2
    exit 1
}

# Repeats the failures, because their output may be far above, between suites that passed.
repeat_failures() {
    while read -r suite; do
        printf '\n%s failed:\n' "$suite"
        grep -E -A 15 ':[FE]:' "$OUT/tests/$suite.log" || tail -n 30 "$OUT/tests/$suite.log"
    done <"$FAILURES"
}

repeat_failures
if [ -n "${RETRY:-}" ] && [ -s "$FAILURES" ]; then
    first=$(cat "$FAILURES")
    : >"$FAILURES"
    for suite in $first; do
        if grep -qE '^==|runtime error: |Received signal' "$OUT/tests/$suite.log"; then
            echo "$suite" >>"$FAILURES" # a report or a crash does not come from a busy machine
        else
            "$0" --one "$suite"
            grep -qx "$suite" "$FAILURES" || echo "unstable: $suite"
        fi
    done
    repeat_failures
fi

failed=$(wc -l <"$FAILURES")
[ "$failed" -eq 0 ] || echo "failed: $(tr '\n' ' ' <"$FAILURES")"
echo "$(($# - failed)) passed, $((failed)) failed"
[ "$failed" -eq 0 ]
