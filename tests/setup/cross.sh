#!/bin/sh
# Unpacks Debian's libuv, Check and libvterm for another processor into build/<processor>-root. It
# installs nothing, and does not change the system's lists of packages. The system's apt sources need
# to have that processor: all have arm64, and those from Debian 13 on have riscv64.
#
#   cross.sh aarch64 | riscv64

set -eu
export LC_ALL=C

case ${1:-} in
aarch64) debian_name=arm64 ;;
riscv64) debian_name=riscv64 ;;
*)
    echo 'cross.sh: which processor, aarch64 or riscv64?' >&2
    exit 1
    ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)/build/$1-root
mkdir -p "${root%/*}"
work=$(mktemp -d "$root.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# apt for that processor, with its own lists, cache and status.
apt() {
    apt-get -qq -o APT::Architecture=$debian_name -o APT::Architectures=$debian_name -o APT::Sandbox::User=root \
        -o Dir::State="$work/state" -o Dir::State::status="$work/state/status" \
        -o Dir::Cache="$work/cache" "$@"
}

mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
: >"$work/state/status"
cd "$work"
apt update
apt download libuv1 2>/dev/null || apt download libuv1t64 # its name from Debian 13 on
apt download libuv1-dev check libsubunit0 libsubunit-dev libvterm-dev
for package in *.deb; do
    dpkg-deb -x "$package" root
done
rm -rf "$root"
mv root "$root"
