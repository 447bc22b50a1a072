#!/bin/sh
# Unpacks Debian's libuv and Check for 64-bit ARM into build/aarch64-root. It installs nothing, and
# does not change the system's lists of packages. The system's apt sources need to have arm64.

set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd)/build/aarch64-root
mkdir -p "${root%/*}"
work=$(mktemp -d "$root.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# apt for that processor, with its own lists, cache and status.
apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
        -o Dir::State="$work/state" -o Dir::State::status="$work/state/status" \
        -o Dir::Cache="$work/cache" "$@"
}

mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
: >"$work/state/status"
cd "$work"
apt update
apt download libuv1 2>/dev/null || apt download libuv1t64 # its name from Debian 13 on
apt download libuv1-dev check libsubunit0 libsubunit-dev
for package in *.deb; do
    dpkg-deb -x "$package" root
done
rm -rf "$root"
mv root "$root"
