/*
 * Telnet (RFC 854): a telnet client mixes commands with the text that it sends. They begin with the
 * byte 255, IAC ("interpret as command"), which no UTF-8 text contains:
 *
 *     FF FB 1F                    IAC WILL 31: "I will tell the size of my window"
 *     FF FA 1F 00 50 00 18 FF F0  IAC SB 31 ... IAC SE: it is 80 by 24
 *     FF FF                       the byte 255 itself, also between SB and SE
 */
#pragma once

#include <stddef.h>

/* What the next byte of a connection belongs to. All zero at the start. */
struct telnet {
    enum { TEXT, COMMAND, OPTION, SUBNEGOTIATION, END_OF_SUBNEGOTIATION } inside;
};

/* Removes the commands from the connection's next line, and puts a NUL after the rest. Returns the
 * rest's size. The line's newline may be a byte of a command, such as the 10 of a window of 10
 * lines; then the command goes on in the next line. */
size_t telnet_remove_commands(struct telnet *telnet, char *line, size_t size);
