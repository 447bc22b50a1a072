#!/bin/sh
# Debian's libuv and Check for 64-bit ARM, unpacked into build/aarch64-root. Nothing is installed, and
# the system's own lists of packages are left alone. Needs a system whose apt sources have arm64.

set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd)/build/aarch64-root
mkdir -p "${root%/*}"
work=$(mktemp -d "$root.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# apt as on such a machine, with lists, a cache and a status of its own.
apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
        -o Dir::State="$work/state" -o Dir::State::status="$work/state/status" \
        -o Dir::Cache="$work/cache" "$@"
}

mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
: >"$work/state/status"
cd "$work"
apt update
apt download libuv1 libuv1-dev check libsubunit0 libsubunit-dev
for package in *.deb; do
    dpkg-deb -x "$package" root
done
rm -rf "$root"
mv root "$root"
