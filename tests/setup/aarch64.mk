# ARCH=aarch64: the library and its suites, compiled for 64-bit ARM by a cross compiler and run by
# qemu-user. libuv and Check are unpacked in build/aarch64-root (aarch64.sh); the C library is the
# cross compiler's. Left out are the programs and the suites that start them (ncurses and
# libwebsockets are not there), those that need gdb, or addr2line for the names of places, and those
# that make loops by the thousand: to the emulator each is a table of 16 GiB of addresses.

CC := aarch64-linux-gnu-gcc
EMULATOR := qemu-aarch64 -L /usr/aarch64-linux-gnu
groups := aarch64
suite_libraries := check libuv
left_out := 0% docs/% timeline trace trace_cost recording recording_end debug debugger cancel_table shortage

arm_root := $(CURDIR)/build/aarch64-root
arm_libraries := $(arm_root)/usr/lib/aarch64-linux-gnu
pkg_config := PKG_CONFIG_SYSROOT_DIR=$(arm_root) PKG_CONFIG_LIBDIR=$(arm_libraries)/pkgconfig pkg-config
LDFLAGS += -Wl,-rpath,$(arm_libraries)
