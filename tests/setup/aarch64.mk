# ARCH=aarch64: the library and its suites, compiled for 64-bit ARM by a cross compiler and run by
# qemu-user. aarch64.sh unpacks libuv and Check in build/aarch64-root; the C library is the cross
# compiler's. Left out are the programs and the suites that start or link them, because ncurses and
# libwebsockets are missing there; the suites that need gdb, or addr2line for the names of places;
# and the suites that make thousands of loops: each loop costs the emulator 16 GiB of addresses.

CC := aarch64-linux-gnu-gcc
EMULATOR := qemu-aarch64 -L /usr/aarch64-linux-gnu
suite_libraries := check
left_out := 0% docs/% recipes fuzz timeline trace trace_cost recording recording_end debug debugger cancel_table shortage

arm_root := $(CURDIR)/build/aarch64-root
arm_libraries := $(arm_root)/usr/lib/aarch64-linux-gnu
pkg_config := PKG_CONFIG_SYSROOT_DIR=$(arm_root) PKG_CONFIG_LIBDIR=$(arm_libraries)/pkgconfig pkg-config
LDFLAGS += -Wl,-rpath,$(arm_libraries)
