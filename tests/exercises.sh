#!/bin/sh
# Tests the exercises of the book after docs/book.mk has built them:
#
#   exercises.sh try DIRECTORY FORM    tests the form, exercise or solution, and prints the result
#   exercises.sh list DIRECTORY...     prints stars, minutes and kind of each, and whether it is solved
#   exercises.sh check DIRECTORY...    fails unless each skeleton fails by an assertion, each solution
#                                      passes, and each near miss fails with the message that it names
#
#   OUT=build/plain                    the folder of the variant's objects
#   SANITIZE=address,undefined         the variant's sanitizers
#
# A near miss begins with a comment that says what is wrong, and what the test says about it:
#
#   /* NEAR MISS: the pointer is copied, and not what it points to.
#    * Says: both use the same memory */
#
# "Found by: address" in that comment means that only AddressSanitizer sees it, and "Found by: valgrind"
# that only Valgrind does. Then the words after "Says:" are in the tool's report.

set -u

OUT=${OUT:-build/plain}
SANITIZE=${SANITIZE:-}
export CK_DEFAULT_TIMEOUT=20
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"

# The same rule as in common/language.h.
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-C}}} in
C | C.* | POSIX | pt*) language=.pt-BR ;;
*) language= ;;
esac

say() {
    if [ -n "$language" ]; then echo "$1"; else echo "$2"; fi
}

# 02-coroutines-echo/exercises/3-words is 2.3.
number() {
    chapter=${1%%-*}
    name=${1##*/}
    echo "${chapter#0}.${name%%-*}"
}

# The README in the user's language, or in English if there is no translation.
readme() {
    if [ -e "$1/README$language.md" ]; then echo "$1/README$language.md"; else echo "$1/README.md"; fi
}

# run_test DIRECTORY FORM: an exercise without exercise.h is a program, which its test starts.
run_test() {
    if [ -e "$1/exercise.h" ]; then
        "$OUT/$1/$2"
    else
        BIN=$PWD/$OUT EXERCISE=$1/$2 "$OUT/$1/test"
    fi
}

try() {
    if run_test "$1" "$2"; then
        say "$(number "$1"): resolvido." "$(number "$1"): solved."
    else
        number=$(number "$1")
        readme=$(readme "$1")
        say "$number: ainda não. Esta falha é o exercício: leia $readme e mude $1/exercise.c" \
            "$number: not yet. This failure is the exercise: read $readme and change $1/exercise.c"
        return 1
    fi
}

# If the program is older than its source, the source did not compile.
state() {
    if [ -z "$(find "$OUT/$1/exercise" -newer "$1/exercise.c" 2>/dev/null)" ]; then
        say 'não compila' 'does not build'
    elif run_test "$1" exercise >/dev/null 2>&1; then
        say resolvido solved
    else
        say aberto open
    fi
}

# The README begins with "# 2.3 Title" and, a little below, "★★☆ · 15 minutes · find the bug".
list() {
    for exercise; do
        title=$(sed -n '1s/^# [0-9.]* *//p' "$(readme "$exercise")")
        grep -m 1 '^★' "$(readme "$exercise")" | sed 's/ · /|/g' | {
            IFS='|' read -r stars time kind
            printf '  %-4s %s  %-11s %-20s %-15s %s\n' "$(number "$exercise")" "$stars" "$time" \
                "$kind" "$(state "$exercise")" "$title"
        }
    done
    say 'make exercise N=1.1 compila e testa o primeiro.' 'make exercise N=1.1 builds and tests the first.'
}

# fails_by_assertion DIRECTORY FORM: Check writes FILE:LINE:F:... for an assertion, and :E: for a crash
# or a timeout.
fails_by_assertion() {
    ! log=$(run_test "$1" "$2" 2>&1) && case $log in
    *:[0-9]*:E:* | *"runtime error: "* | *==ERROR:* | *==WARNING:*) false ;;
    *:[0-9]*:F:*) true ;;
    *) false ;;
    esac
}

# named FILE WORD: the text after the word in the comment at the beginning of a near miss.
named() {
    sed -n "1,/\*\//s/.*$2: *//p" "$1" | sed 's/ *\*\/$//'
}

# A sanitizer may end a near miss before the test does, with a message of its own.
near_miss_fails() {
    said=$(named "$1/$2.c" Says)
    case $(named "$1/$2.c" 'Found by') in
    '')
        if [ -n "$SANITIZE" ]; then
            ! log=$(run_test "$1" "$2" 2>&1)
            return
        fi
        fails_by_assertion "$1" "$2"
        ;;
    address)
        case $SANITIZE in *address*) ! log=$(run_test "$1" "$2" 2>&1) ;; *) return 0 ;; esac
        ;;
    valgrind)
        { [ -z "$SANITIZE" ] && command -v valgrind >/dev/null; } || return 0
        ! log=$(CK_FORK=no valgrind -q --error-exitcode=9 "$OUT/$1/$2" 2>&1)
        ;;
    *) log='"Found by:" knows address and valgrind' && false ;;
    esac && case $log in *"$said"*) true ;; *) false ;; esac
}

# Check prints the number of tests: a test program without tests must not pass.
passes() {
    log=$(run_test "$1" solution 2>&1) && case $log in
    *"100%: Checks: "[1-9]*) true ;;
    *) false ;;
    esac
}

complain() {
    printf '%s: %s\n%s' "$1" "$2" "${log:+it said: $log
}" >&2
    failed=$((failed + 1))
}

check_near_misses() {
    log=''
    [ ! -e "$1/near-misses" ] || [ "$(find "$1/near-misses" -name '*.c' | wc -l)" -ge 2 ] ||
        complain "$1/near-misses" 'needs two of them or more'
    for near_miss in "$1"/near-misses/*.c; do
        [ -e "$near_miss" ] || continue
        log=''
        { [ -n "$(named "$near_miss" 'NEAR MISS')" ] && [ -n "$(named "$near_miss" Says)" ]; } ||
            complain "$near_miss" 'begins with a comment "NEAR MISS: what is wrong" and "Says: ..."'
        near_miss_fails "$1" "near-misses/$(basename "$near_miss" .c)" ||
            complain "$near_miss" "has to fail, and the message to contain \"$said\""
    done
}

check() {
    failed=0
    [ $# -gt 0 ] || log='' complain check 'no exercise to check (CHAPTER?)'
    for exercise; do
        grep -q 'EXERCISE:' "$exercise/exercise.c" ||
            log='' complain "$exercise/exercise.c" 'marks no place with a comment "EXERCISE:"'
        [ "$(grep -c '^★.*·.*·' "$exercise/README.md")" = 1 ] ||
            log='' complain "$exercise/README.md" \
                'needs a line with stars, minutes and kind: "★☆☆ · 10 minutes · extend"'
        fails_by_assertion "$exercise" exercise ||
            complain "$exercise/exercise.c" 'has to fail by an assertion of test.c'
        passes "$exercise" ||
            complain "$exercise/solution.c" 'does not pass test.c'
        check_near_misses "$exercise"
    done
    echo "$# exercises, $failed faults in them ($OUT)"
    [ "$failed" -eq 0 ]
}

case ${1:-} in
try | list | check) "$@" ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
