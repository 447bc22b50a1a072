#!/bin/sh
# run_many.sh CHAT_SERVER N: starts a private redis-server, which saves nothing to disk, and N chat
# servers that share it. Each chat server prints its address. If one of them dies, its pages go on at
# the next one. Ctrl+C stops them all.

set -eu
server=$1
count=$2
work=$(mktemp -d)
children=
choosers=
stop() {
    trap - EXIT INT TERM
    # shellcheck disable=SC2086 # the numbers of the processes
    kill $children $choosers 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 0' INT TERM

# Waits until the command succeeds. Ends the script if the newest child ends first.
wait_until() {
    until "$@"; do
        kill -0 "$!" 2>/dev/null || { cat "$work"/*.log >&2; exit 1; }
        sleep 0.1
    done
}

# A server has to know the ports of the others when it starts. So each port is first chosen by a
# server that ends again when all are chosen.
choose_port() {
    "$server" --port 0 >"$work/$count.log" 2>&1 &
    choosers="$choosers $!"
    wait_until grep -q 'http://' "$work/$count.log"
    port=$(sed -n 's|.*http://[^/]*:\([0-9]*\)/.*|\1|p' "$work/$count.log")
}

redis-server --port 0 --unixsocket "$work/redis" --save '' --appendonly no >"$work/redis.log" 2>&1 &
children=$!
wait_until test -S "$work/redis"

ports=
also=
allowed=
while [ "$count" -gt 0 ]; do
    choose_port
    ports="$ports $port"
    also="$also${also:+,}http://127.0.0.1:$port"
    allowed="$allowed${allowed:+,}http://localhost:$port" # the same pages, by their other name
    count=$((count - 1))
done
# shellcheck disable=SC2086
kill $choosers
# shellcheck disable=SC2086
wait $choosers || true
choosers=
for port in $ports; do
    "$server" --port "$port" --redis "unix:$work/redis" --also "$also" --allow-origin "$allowed" &
    children="$children $!"
done
wait
