#!/bin/sh
# Recordings of programs at work, and pictures made from them. make recording, make picture and make
# pictures call it.
#
#   pictures.sh record NAME                  plays the scenario docs/recordings/NAME.py
#   pictures.sh all                          makes all pictures of docs/pictures again
#   pictures.sh run [ARGUMENT...]            records $PROGRAM, or step $N, and draws what $FROM, $TO and
#                                            $ROWS choose: docs/picture.py --help

set -eu

recordings=build/recordings
python=/usr/bin/python3
mkdir -p "$recordings"

# draw OPTION...: a part of the recording $recorded becomes the picture $name.
draw() {
    "$python" docs/picture.py "$@" "$recordings/$recorded.json" "docs/pictures/$name.svg"
}

draw_part() {
    recorded=$name
    case $name in
    timer) draw --to 'timer fired:2+8' ;;
    stroke) recorded=timer && draw --from 'timer fired:1-0.03' --to 'timer fired:1+0.045' ;;
    order) draw --rows loop --from 'timer fired:2-0.009' --to 'timer fired:3+0.009' ;;
    iteration) draw --rows loop,answer --from 'callbacks:3-0.004' --to 'send:1+0.010' ;;
    turns) draw --from 'running:1-0.005' ;;
    echo) draw --from 'recv:4-0.03' --to 'recv:6+0.015' ;;
    chat) draw --rows loop,client --from 'ws recv:97-0.06' --to 'ws recv:97+0.14' ;;
    cluster)
        draw --rows 'A loop,6,A cluster,B loop,B cluster' --from 'ws recv:7-0.05' --to 'ws recv:7+0.6'
        ;;
    *) draw ;;
    esac
    gzip -9 --no-name <"$recordings/$recorded.json" >"docs/recordings/$name.json.gz" # the site's
}

record() {
    test -f "docs/recordings/$1.py" || {
        echo "NAME is one of: $(scenarios)"
        exit 2
    }
    "$python" "docs/recordings/$1.py" "$recordings/$1.json"
}

scenarios() {
    (cd docs/recordings && echo *.py | sed -e 's/\.py//g' -e 's/ scenario//')
}

# stroke is a short part of the same recording as timer.
draw_all() {
    for name in $(scenarios) stroke; do
        [ "$name" = stroke ] || record "$name"
        draw_part
    done
    for source in docs/pictures/*.dot; do
        dot -Tsvg -o "${source%.dot}.svg" "$source"
    done
}

# program: builds the program, and prints its path.
program() {
    if [ -n "${N:-}" ]; then
        docs/lesson.sh program "$N"
    elif [ -n "${PROGRAM:-}" ]; then
        path=${BIN#"$(pwd -P)/"}$PROGRAM
        MAKEFLAGS='' "${MAKE:-make}" -s "$path" >&2 && echo "$path"
    else
        echo 'Which program? make picture PROGRAM=01-event-loop/hello ARGS="--times 3"' >&2
        exit 2
    fi
}

# Ctrl+C ends the program, and its picture is drawn.
run() {
    path=$(program)
    file=$recordings/$(basename "$path")
    rm -f "$file.json"
    echo "TRACE=$file.json $path $*"
    trap : INT
    TRACE=$file.json "$path" "$@"
    test -f "$file.json" || { echo 'No recording: only programs on common/loop.h make one.'; exit 1; }
    "$python" docs/picture.py ${FROM:+--from "$FROM"} ${TO:+--to "$TO"} ${ROWS:+--rows "$ROWS"} \
        "$file.json" "$file.svg"
    echo "$file.svg"
}

command=$1
shift
case $command in
record) record "$1" ;;
all) draw_all ;;
run) run "$@" ;;
esac
