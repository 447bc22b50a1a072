#!/bin/sh
# Checks the sources (make lint), or lays them out as .clang-format says (make format).
#
#   lint.sh check SOURCE...     the layout; clang-tidy; shellcheck
#   lint.sh format SOURCE...

set -eu

format=${CLANG_FORMAT:-clang-format}
tidy=${CLANG_TIDY:-clang-tidy}
command=$1
shift
case $("$format" --version) in
*'version 14.'*) ;;
*) echo 'CI uses version 14 of clang-format and clang-tidy: yours may differ in a few lines.' ;;
esac

# clang-tidy would find the faults that the exercises have on purpose. The cluster needs hiredis.
tidied() {
    pkg-config --exists hiredis && cluster='' || cluster=04-chat-server/cluster/
    for source; do
        case $source in
        tests/* | */exercise.c | */test.c | */near-misses/* | *.h) ;;
        "${cluster:-none}"*) ;;
        *) echo "$source" ;;
        esac
    done
}

if [ "$command" = format ]; then
    exec "$format" -i "$@"
fi
"$format" --dry-run --Werror "$@"
# Version 14 remembers va_list from the file before, so each file has a run of its own.
tidied "$@" | xargs -P 2 -n 1 "$tidy" --quiet -p .
shellcheck .ci/run docs/*.sh docs/*/*.sh tests/*.sh tests/*/*.sh 04-chat-server/cluster/*.sh
