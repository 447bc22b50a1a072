#!/bin/sh
# Tests the exercises of the book after docs/lesson.sh has had make build them:
#
#   exercises.sh programs FORMS DIRECTORY...
#                                      prints the names of the programs that the test needs; the forms
#                                      are exercise, solution and near-misses/*
#   exercises.sh try DIRECTORY FORM [TOOL...]
#                                      tests the form, exercise or solution, and prints the result; if
#                                      it passes, tests it with these tools too, where they are there:
#                                      sanitizers, valgrind. Status 1: it is not solved yet
#   exercises.sh hint DIRECTORY N      prints the Nth hint
#   exercises.sh list DIRECTORY...     prints stars, minutes and kind of each, and whether it is solved:
#                                      whether try has said so since it was last built
#   exercises.sh nearest KIND N PATH...  says that there is no step or exercise N, and names the
#                                      nearest of the paths; status 2
#   exercises.sh check DIRECTORY...    fails unless each skeleton fails by an assertion, each solution
#                                      passes, and each near miss fails with the message that it names
#
#   OUT=build/plain                    the folder of the variant's objects
#   SANITIZE=address,undefined         the variant's sanitizers
#   VALGRIND=1                         try runs under Valgrind, and with no other tool
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
VALGRIND=${VALGRIND:-}
export VALGRIND
export LOOP_DEBUG="${LOOP_DEBUG-1}"
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

# page DIRECTORY NAME: the page in the user's language, or in English if there is no translation.
page() {
    if [ -e "$1/$2$language.md" ]; then echo "$1/$2$language.md"; else echo "$1/$2.md"; fi
}

valgrind='valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite'
valgrind="$valgrind --error-exitcode=9"

# run_test DIRECTORY FORM: an exercise without exercise.h is a program, which its test starts.
run_test() {
    if [ -e "$1/exercise.h" ]; then
        # shellcheck disable=SC2086 # a command and its options
        ${VALGRIND:+env CK_TIMEOUT_MULTIPLIER=5 $valgrind} "$OUT/$1/$2"
    else
        BIN=$PWD/$OUT EXERCISE=$1/$2 "$OUT/$1/test"
    fi
}

has_sanitizers() {
    echo 'int main(void) { return 0; }' |
        ${CC:-gcc} -fsanitize=address,undefined -x c -o /dev/null - 2>/dev/null
}

programs() {
    forms=$1
    shift
    for directory; do
        for form in $forms; do
            for source in "$directory"/$form.c; do
                [ ! -e "$source" ] || echo "$OUT/${source%.c}"
            done
        done
        [ -e "$directory/exercise.h" ] || echo "$OUT/$directory/test"
    done
}

# The two functions print the beginning of what the test said if it fails with this tool.
passes_with_sanitizers() {
    has_sanitizers || return 0
    OUT=build/address-undefined
    [ -e "$OUT/libcommon.a" ] || say 'Agora com o AddressSanitizer. Da primeira vez isso compila muito.' \
        'Now with AddressSanitizer. The first time, this compiles a lot.'
    # shellcheck disable=SC2046 # names without spaces
    log=$(MAKEFLAGS='' "${MAKE:-make}" -j "$(getconf _NPROCESSORS_ONLN)" SANITIZE=address,undefined \
        $(programs "$2" "$1") 2>&1) && log=$(run_test "$1" "$2" 2>&1)
    passed=$?
    OUT=build/plain
    [ "$passed" -eq 0 ] || echo "$log" | head -n 30
    return "$passed"
}
passes_with_valgrind() {
    command -v valgrind >/dev/null || return 0
    VALGRIND=1
    log=$(run_test "$1" "$2" 2>&1)
    passed=$?
    VALGRIND=
    [ "$passed" -eq 0 ] || echo "$log" | head -n 30
    return "$passed"
}

if_plain() {
    if [ -z "$SANITIZE$VALGRIND" ]; then echo "$1"; else echo "$2"; fi
}

try() {
    directory=$1
    form=$2
    shift 2
    [ -z "$VALGRIND" ] || command -v valgrind >/dev/null || {
        say 'Falta o Valgrind: make deps' 'Valgrind is missing: make deps' >&2
        return 2
    }
    number=$(number "$directory")
    # Nobody waits for half a minute in front of a test that hangs.
    log=$(CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-$(if_plain 0.1 1)}" && export CK_TIMEOUT_MULTIPLIER &&
        run_test "$directory" "$form" 2>&1)
    passed=$?
    echo "$log"
    case $log in *'Test timeout expired'*)
        say 'Um teste não terminou a tempo: o que o seu código espera, e quem faria isso acontecer?' \
            'A test did not end in time: what does your code wait for, and who would make it happen?' ;;
    *'Received signal'*) (locate_crash "$@") ;;
    esac
    [ "$passed" -eq 0 ] || not_yet || return
    for tool; do
        "passes_with_$tool" "$directory" "$form" || found_by "$tool" || return
    done
    [ "$form" != exercise ] || : >"$(stamp "$directory")"
    say "$number: resolvido." "$number: solved."
}

# locate_crash [TOOL...]: a signal alone does not say which line of the program was wrong.
locate_crash() {
    case "$*" in *sanitizers*) ;; *) return ;; esac
    say 'O programa caiu. O AddressSanitizer mostra onde, se o erro for de memória:' \
        'The program crashed. AddressSanitizer shows where, if the error is one of memory:'
    passes_with_sanitizers "$directory" "$form" || return 0
}

not_yet() {
    say "$number: ainda não. Esta falha é o exercício: leia $(page "$directory" README) e mude $directory/exercise.c" \
        "$number: not yet. This failure is the exercise: read $(page "$directory" README) and change $directory/exercise.c"
    return 1
}

found_by() {
    case $1 in sanitizers) tool='AddressSanitizer' ;; *) tool=Valgrind ;; esac
    say "$number: ainda não. O teste passa, mas o $tool viu um erro de memória: o relatório está acima" \
        "$number: not yet. The test passes, but $tool has seen an error: its report is above"
    return 1
}

# The hints of a page stand below headings of the second level.
hint() {
    awk -v wanted="$2" '
        /^<!--/ { next }
        /^## / { count++ }
        count == wanted { print; found = 1 }
        END { exit !found }' "$(page "$1" hint)" || {
        say "$(number "$1") não tem a dica $2." "$(number "$1") has no hint $2."
        return 2
    }
    following=$(($2 + 1))
    if [ "$(grep -c '^## ' "$1/hint.md")" -ge "$following" ]; then
        say "Há outra: make hint N=$(number "$1") HINT=$following" \
            "There is another: make hint N=$(number "$1") HINT=$following"
    else
        say "A solução está em $(page "$1" solution)" "The solution is in $(page "$1" solution)"
    fi
}

# 1.2 and 1.10 are ordered as numbers, and the chapter counts first.
nearest() {
    kind=$1
    wanted=$2
    shift 2
    found=$(for path; do echo "$(number "$path") $path"; done | awk -v wanted="$wanted" '
        function distance(a, b) { return a < b ? b - a : a - b }
        BEGIN { if (wanted !~ /^[0-9]+\.[0-9]+/) exit; split(wanted, want, ".") }
        {
            split($1, have, ".")
            d = 1000 * distance(have[1], want[1]) + distance(have[2], want[2])
            if (!nearest || d < least) { nearest = $0; least = d }
        }
        END { print nearest }')
    case $kind in
    step) what_pt=passo what=step found=${found:+$found.c} ;;
    *) what_pt='exercício' what=exercise ;;
    esac
    if [ -n "$found" ]; then
        say "Não há $what_pt $wanted. O mais próximo é ${found%% *}: ${found#* }" \
            "There is no $what $wanted. The nearest is ${found%% *}: ${found#* }"
    else
        say "Qual $what_pt? make $kind N=1.3 é o terceiro do capítulo 1." \
            "Which $what? make $kind N=1.3 is the third of chapter 1."
    fi >&2
    return 2
}

# stamp DIRECTORY: the file that try leaves when the exercise is solved. Valgrind tests the plain
# program, and less of it than a plain try, which uses all tools.
stamp() {
    echo "$OUT/$1/solved${VALGRIND:+-under-valgrind}"
}

# If the program is older than its source, the source did not compile. A program that passes without
# a stamp has only passed the plain test: a tool may still find an error.
state() {
    if [ -z "$(find "$OUT/$1/exercise" -newer "$1/exercise.c" 2>/dev/null)" ]; then
        say 'não compila' 'does not build'
    elif [ -n "$(find "$(stamp "$1")" -newer "$OUT/$1/exercise" 2>/dev/null)" ]; then
        say resolvido solved
    elif run_test "$1" exercise >/dev/null 2>&1; then
        say passa passes
    else
        say aberto open
    fi
}

# pad WIDTH TEXT: printf counts bytes, and so it would give a word with an accent less room.
pad() {
    following_bytes=$(printf %s "$2" | LC_ALL=C tr -cd '\200-\277' | wc -c)
    printf '%-*s' $(($1 + following_bytes)) "$2"
}

# The README begins with "# 2.3 Title" and, a little below, "★★☆ · 15 minutes · find the bug".
list() {
    passes_alone=
    for exercise; do
        readme=$(page "$exercise" README)
        title=$(sed -n '1s/^# [0-9.]* *//p' "$readme")
        IFS='|' read -r stars time kind <<EOF
$(grep -m 1 '^★' "$readme" | sed 's/ · /|/g')
EOF
        state=$(state "$exercise")
        case $state in passa | passes) passes_alone=1 ;; esac
        echo "  $(pad 4 "$(number "$exercise")") $stars  $(pad 11 "$time") $(pad 20 "$kind")" \
            "$(pad 15 "$state") $title"
    done
    [ -z "$passes_alone" ] || say \
        '"passa" é o teste simples: make exercise também usa o AddressSanitizer e, às vezes, o Valgrind.' \
        '"passes" is the plain test: make exercise also uses AddressSanitizer and, for some, Valgrind.'
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
        VALGRIND=1
        ! log=$(run_test "$1" "$2" 2>&1)
        failed_as_expected=$?
        VALGRIND=
        [ "$failed_as_expected" -eq 0 ]
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

# Prints the fault, and adds a line to the file that counts them.
complain() {
    printf '%s: %s\n%s' "$1" "$2" "${log:+it said: $log
}" >&2
    echo "$1" >>"$FAULTS"
}

# again COMMAND...: a second try, with RETRY=1, because the exercises' tests have short time limits.
again() {
    [ -n "${RETRY:-}" ] || return
    echo "Once more: $*"
    "$@"
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
        wrong="near-misses/$(basename "$near_miss" .c)"
        near_miss_fails "$1" "$wrong" || again near_miss_fails "$1" "$wrong" ||
            complain "$near_miss" "has to fail, and the message to contain \"$said\""
    done
}

check_one() {
    log=''
    grep -q 'EXERCISE:' "$1/exercise.c" ||
        complain "$1/exercise.c" 'marks no place with a comment "EXERCISE:"'
    [ "$(grep -c '^★.*·.*·' "$1/README.md")" = 1 ] ||
        complain "$1/README.md" \
            'needs a line with stars, minutes and kind: "★☆☆ · 10 minutes · extend"'
    grep -qs '^## ' "$1/hint.md" ||
        complain "$1/hint.md" 'is missing, or no hint has a heading "## ..."'
    grep -qs '^# ' "$1/solution.md" ||
        complain "$1/solution.md" 'is missing, or has no heading "# ..."'
    ! grep -qs '<details' "$1"/*.md ||
        complain "$1" 'hides something in <details>: hint.md and solution.md are for that'
    fails_by_assertion "$1" exercise ||
        complain "$1/exercise.c" 'has to fail by an assertion of test.c'
    passes "$1" || again passes "$1" ||
        complain "$1/solution.c" 'does not pass test.c'
    check_near_misses "$1"
    return 0
}

# One exercise on each processor at a time: some near misses wait until their test's time is up.
check() {
    FAULTS=$(mktemp)
    export FAULTS
    trap 'rm -f "$FAULTS"' EXIT
    trap 'exit 1' INT TERM
    log=''
    [ $# -gt 0 ] || complain check 'no exercise to check (CHAPTER?)'
    [ $# -eq 0 ] || printf '%s\n' "$@" | xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 "$0" check_one ||
        complain check 'the exercises could not be checked'
    faults=$(wc -l <"$FAULTS")
    echo "$# exercises, $((faults)) faults in them ($OUT)"
    [ "$faults" -eq 0 ]
}

case ${1:-} in
programs | try | hint | list | nearest | check | check_one) "$@" ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
