#!/bin/sh
# run_many.sh CHAT_SERVER N: starts a private redis-server, which saves nothing to disk, and N chat
# servers that share it. Each chat server prints its address. Ctrl+C stops them all.

set -eu
server=$1
count=$2
work=$(mktemp -d)
children=
stop() {
    trap - EXIT INT TERM
    # shellcheck disable=SC2086 # the numbers of the processes
    kill $children 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 0' INT TERM

redis-server --port 0 --unixsocket "$work/redis" --save '' --appendonly no >"$work/redis.log" &
children=$!
while [ ! -S "$work/redis" ]; do
    kill -0 "$children" 2>/dev/null || { cat "$work/redis.log" >&2; exit 1; }
    sleep 0.1
done
i=0
while [ "$i" -lt "$count" ]; do
    "$server" --port 0 --redis "unix:$work/redis" &
    children="$children $!"
    i=$((i + 1))
done
wait
