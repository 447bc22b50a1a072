#!/bin/sh
# The commands of the lessons, which make calls. It finds the step or the exercise that N names
# (chapter.number), has make build it, and runs or tests it.
#
#   lesson.sh step N [ARGUMENT...]   runs a step
#   lesson.sh program N              prints the path of a step's program
#   lesson.sh diff N                 shows what a step changed since the step before it
#   lesson.sh exercise N             tests an exercise, or with SOLUTION=1 its solution
#   lesson.sh hint N                 prints the first hint, or with HINT=2 the second
#   lesson.sh exercises              lists the exercises of all chapters, or of $CHAPTER
#   lesson.sh check                  checks them: exercises.sh check
#
#   OUT=build/plain                  the folder of the variant's objects
#   VALGRIND=1                       exercise runs under Valgrind, and with no other tool

set -u

OUT=${OUT:-build/plain}
export OUT
exercises_sh=${EXERCISES_SH:-tests/exercises.sh}

# The sources of all steps and the folders of all exercises, in the order of their numbers.
all_steps() {
    printf '%s\n' "${CHAPTER:-0}"*/steps/*.c | sort -V
}
all_exercises() {
    printf '%s\n' "${CHAPTER:-0}"*/exercises/*/test.c | sort -V | sed 's|/test\.c$||'
}

# find_numbered KIND N: prints the path of the step or the exercise, or on stderr that of the nearest.
find_numbered() {
    CHAPTER=
    case $2 in
    *[!0-9.]*) ;;
    *.*) found=$("all_$1s" | grep "^0${2%%.*}-[^/]*/$1s/${2#*.}-") && echo "$found" && return ;;
    esac
    # shellcheck disable=SC2046 # the paths have no spaces
    "$exercises_sh" nearest "$1" "$2" $("all_$1s" | sed 's/\.c$//')
}

# build PROGRAM...: prints nothing if all is built. The make that called keeps its job slots to itself,
# so this one gets its own.
build() {
    silent=-s
    [ -z "${V:-}" ] || silent=
    MAKEFLAGS='' "${MAKE:-make}" $silent -j "$(getconf _NPROCESSORS_ONLN)" "$@"
}

step() {
    source=$(find_numbered step "$1") || return
    shift
    program=$OUT/${source%.c}
    build "$program" || return
    export LOOP_DEBUG="${LOOP_DEBUG-1}"
    exec "$program" "$@"
}

program() {
    source=$(find_numbered step "$1") && build "$OUT/${source%.c}" >&2 && echo "$OUT/${source%.c}"
}

# without_regions FILE: the file without the marks of the lessons' listings.
without_regions() {
    sed '/\/\/ #.*region /d' "$1"
}

diff_step() {
    source=$(find_numbered step "$1") || {
        echo 'Which step? make diff N=2.6 shows what it changed since step 2.5.'
        return 2
    }
    before=$(all_steps | grep -B1 -x "$source" | head -n 1)
    if [ "${before%/*}" != "${source%/*}" ] || [ "$before" = "$source" ]; then
        echo "$source is the first of its chapter."
        return
    fi
    mkdir -p "$OUT"
    without_regions "$before" >"$OUT/step-before.c"
    without_regions "$source" | diff -u --label "$before" --label "$source" "$OUT/step-before.c" -
    [ $? -eq 1 ]
}

# The plain build is tested with the sanitizers' too, and with Valgrind where the test asks for it.
tools_for() {
    [ "$OUT" = build/plain ] && [ -z "${VALGRIND:-}" ] || return
    echo sanitizers
    ! grep -qx '// With Valgrind too\.' "$1/test.c" || echo valgrind
}

# Make ends with status 1, and adds no error of its own, when SIGQUIT ends it: the exercise is not
# solved yet, and nothing else is wrong. The script outlives the signal for a moment, because make
# waits for it. Where the signal is ignored, as in the background of a script, the status is 2.
end_make_quietly() {
    # shellcheck disable=SC3045 # most shells have ulimit -c, and without it there is a core file at most
    ! (ulimit -c 0; sh -c 'kill -QUIT $$'; exit $?) 2>/dev/null && kill -QUIT "$PPID" && sleep 0.3
}

exercise() {
    directory=$(find_numbered exercise "$1") || return
    form=exercise
    [ -z "${SOLUTION:-}" ] || form=solution
    # shellcheck disable=SC2046 # names of programs, and of tools
    build $("$exercises_sh" programs "$form" "$directory") &&
        "$exercises_sh" try "$directory" "$form" $(tools_for "$directory")
    status=$?
    if [ $status -eq 1 ] && [ -n "${MAKELEVEL:-}" ] && end_make_quietly; then
        return 0
    fi
    return $status
}

# A skeleton may not compile while a learner works on it: the others are listed all the same.
# shellcheck disable=SC2046 # paths without spaces
list_exercises() {
    mkdir -p "$OUT"
    build -k $("$exercises_sh" programs exercise $(all_exercises)) >"$OUT/exercises.log" 2>&1
    "$exercises_sh" list $(all_exercises)
}

# shellcheck disable=SC2046 # paths without spaces
check_exercises() {
    all_exercises | sed "s|^|$OUT/|" | xargs rm -rf
    WERROR=1 build $("$exercises_sh" programs 'exercise solution near-misses/*' $(all_exercises)) &&
        "$exercises_sh" check $(all_exercises)
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
step | program | exercise) "$command" "$@" ;;
diff) diff_step "$1" ;;
hint) directory=$(find_numbered exercise "$1") && "$exercises_sh" hint "$directory" "${HINT:-1}" ;;
exercises) list_exercises ;;
check) check_exercises ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
