/*
 * Telnet (RFC 854): a telnet client mixes commands with the text that it sends. They begin with the
 * byte 255, IAC ("interpret as command"), which no UTF-8 text contains:
 *
 *     FF FB 1F                    IAC WILL 31: "I will tell the size of my window"
 *     FF FA 1F 00 50 00 18 FF F0  IAC SB 31 ... IAC SE: it is 80 by 24
 *     FF FF                       the byte 255 itself
 */
#pragma once

#include <stddef.h>

/* Removes the commands from a line, and a NUL after it. Returns the new size. */
size_t telnet_remove_commands(char *line, size_t size);
