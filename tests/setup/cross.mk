# ARCH=aarch64 and ARCH=riscv64: the library and its suites, compiled for 64-bit ARM or RISC-V by a
# cross compiler and run by qemu-user. cross.sh unpacks libuv and Check in build/<ARCH>-root; the C
# library is the cross compiler's. Left out are the programs and the suites that start or link them,
# because ncurses and libwebsockets are missing there; the suites that need gdb, or addr2line for the
# names of places; and the suites that make thousands of loops: each loop costs the emulator 16 GiB
# of addresses.

CC := $(ARCH)-linux-gnu-gcc
EMULATOR := qemu-$(ARCH) -L /usr/$(ARCH)-linux-gnu
suite_libraries := check
left_out := 0% docs/% $(call marked,Not under an emulator)

# Relative, so that the path of the project may have a space: the suites are in build/<ARCH>/tests.
cross_root := build/$(ARCH)-root
cross_libraries := usr/lib/$(ARCH)-linux-gnu
pkg_config := PKG_CONFIG_SYSROOT_DIR=$(cross_root) \
    PKG_CONFIG_LIBDIR=$(cross_root)/$(cross_libraries)/pkgconfig pkg-config
LDFLAGS += -Wl,-rpath,'$$ORIGIN/../../$(ARCH)-root/$(cross_libraries)'
