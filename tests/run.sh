#!/bin/sh
# run.sh SUITE...: runs $OUT/tests/test_SUITE one after another, goes on after one that fails, and
# ends with the line "N passed, N failed", counted in suites. `make check` calls it.
#
#   OUT=build/plain       the variant's objects
#   BIN=.                 the root of the variant's programs (tests/support.c)
#   VALGRIND=1            suites and programs run under Valgrind
#   SANITIZE=address,...  what the variant was built with

set -u

OUT=${OUT:-build/plain}
BIN=${BIN:-.}
VALGRIND=${VALGRIND:-}
SANITIZE=${SANITIZE:-}
export BIN VALGRIND

prefix=
slower=1
if [ -n "$VALGRIND" ]; then
    prefix=valgrind
    slower=20
    # Programs that the suites start get the same. Status 99 is known to tests/support.c.
    VALGRIND_OPTS="-q --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --error-exitcode=99 ${VALGRIND_OPTS:-}"
    export VALGRIND_OPTS
elif [ -n "$SANITIZE" ]; then
    slower=5
fi

ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS:-}
UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
TSAN_OPTIONS=halt_on_error=1:${TSAN_OPTIONS:-}
CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-$slower}
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS CK_TIMEOUT_MULTIPLIER

# Kernels that scatter addresses widely leave ThreadSanitizer's shadow no room.
case $SANITIZE in
*thread*) if setarch -R true 2>/dev/null; then prefix='setarch -R'; fi ;;
esac

passed=0
failed=0
failures=
for suite in "$@"; do
    # shellcheck disable=SC2086  # the prefix is words, or nothing
    if $prefix "$OUT/tests/test_$suite"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures="$failures $suite"
    fi
done

[ $# -gt 0 ] || echo 'run.sh: no suite to run' >&2
[ -z "$failures" ] || echo "failed:$failures"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
