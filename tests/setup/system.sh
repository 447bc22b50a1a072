#!/bin/sh
# Runs commands on another release of Debian or Ubuntu, as a new user would type them: in a chroot
# of its own, in a copy of the sources without .git whose path has a space, without LANG and TZ.
#
#   system.sh SUITE              make test on trixie, sid, noble (Ubuntu 24.04), ...
#   system.sh SUITE COMMAND...   other commands
#
# The chroot is made once, in build/systems/SUITE, from the mirror that this machine's apt uses, or
# from Ubuntu's; what the commands install stays there. It needs root, debootstrap, and the right to
# mount.

set -eu
export LC_ALL=C

suite=${1:?a release of Debian or Ubuntu}
shift
[ $# -gt 0 ] || set -- 'make test'
sources=$(cd "$(dirname "$0")/../.." && pwd)
root=$sources/build/systems/$suite
project='home/learner/async in C'
PATH=$PATH:/usr/sbin:/sbin

stop() {
    printf 'system.sh: %s\n' "$1" >&2
    exit "${2:-1}"
}
cannot=77 # the status where this machine, and not the project, is the reason
[ "$(id -u)" -eq 0 ] || stop 'only root can use a chroot' $cannot
unshare --mount --pid --fork true ||
    stop 'mounts are not allowed here; a container needs --privileged' $cannot

if [ ! -d "$root" ]; then
    command -v debootstrap >/dev/null || stop 'debootstrap is missing: make deps FOR=system'
    case $suite in
    noble) # Debian 12's debootstrap does not know this name; its script for Ubuntu is named gutsy
        mirror=http://archive.ubuntu.com/ubuntu
        script=/usr/share/debootstrap/scripts/gutsy
        components=main,universe
        ;;
    *)
        # shellcheck disable=SC2016 # apt's variables
        mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null |
            sed -n '/^Debian /{s///p;q;}')
        script=
        components=main
        ;;
    esac
    mkdir -p "${root%/*}"
    made=$(mktemp -d "$root.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    trap 'exit 1' INT TERM
    # Without a mirror it has its own choice.
    debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev,git,make \
        --components=$components "$suite" "$made" ${mirror:+"$mirror"} $script >"$made.log" 2>&1 ||
        stop "debootstrap failed: see $made.log" $cannot
    rm "$made.log"
    mv "$made" "$root"
    trap - EXIT INT TERM
fi

cd "$sources"
rm -rf "${root:?}/$project"
mkdir -p "$root/$project"
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$root/$project"
cp /etc/resolv.conf "$root/etc/resolv.conf"

# The mounts and the processes end with this command.
for command; do
    # shellcheck disable=SC2016 # the inner shell's variables
    unshare --mount --pid --fork --kill-child sh -euc '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        mount --rbind /sys "$1/sys"
        exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
            MAKEFLAGS="${MAKEFLAGS:-}" WERROR="${WERROR:-}" RETRY="${RETRY:-}" sh -c "cd \"/$2\" && $3"
    ' sh "$root" "$project" "$command"
done
