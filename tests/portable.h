/*
 * Functions and constants that the tests need and macOS does not declare. On macOS, a program that
 * a test starts inherits the test's sockets.
 */
#pragma once

#include <sys/socket.h>

extern char **environ;

#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#define accept4(listening, address, size, flags) accept(listening, address, size)
#endif
