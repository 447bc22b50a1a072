#!/bin/sh
# headers.sh DIRECTORY: collects there the headers of this system's libraries, for `make ARCH=macos compile`.

set -eu

mkdir -p "$1/multiarch"
for header in uv uv.h check.h check_stdint.h vterm.h vterm_keycodes.h ncurses.h curses.h \
    ncurses_dll.h unctrl.h eti.h term.h openssl libwebsockets libwebsockets.h; do
    ln -sfn "/usr/include/$header" "$1"
done
ln -sfn /usr/include/*/openssl "$1/multiarch"
sed '/CAPABILITY/d; /LIBCAP/d' /usr/include/lws_config.h >"$1/lws_config.h" # Linux has these
