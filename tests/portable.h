/*
 * What macOS does not declare, for the tests. There a program that a test starts inherits its
 * sockets.
 */
#pragma once

#include <sys/socket.h>

extern char **environ;

#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#define accept4(listening, address, size, flags) accept(listening, address, size)
#endif
