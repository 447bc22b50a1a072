#include "02-coroutines-echo/telnet.h"

#include <stdbool.h>

enum { FIRST_COMMAND = 236, SE = 240, SB = 250, WILL = 251, DONT = 254, IAC = 255 };

/* Handles the byte after IAC in the text. Returns whether it is text itself. */
static bool begin_command(struct telnet *telnet, unsigned char byte)
{
    telnet->inside = byte == SB ? SUBNEGOTIATION : byte >= WILL && byte <= DONT ? OPTION : TEXT;
    return byte == IAC || byte < FIRST_COMMAND;
}

/* Returns whether the next byte is text. */
static bool take(struct telnet *telnet, unsigned char byte)
{
    switch (telnet->inside) {
    case COMMAND:
        return begin_command(telnet, byte);
    case OPTION:
        telnet->inside = TEXT;
        return false;
    case SUBNEGOTIATION:
        if (byte == IAC)
            telnet->inside = END_OF_SUBNEGOTIATION;
        return false;
    case END_OF_SUBNEGOTIATION: /* or the byte 255 in it */
        telnet->inside = byte == SE ? TEXT : SUBNEGOTIATION;
        return false;
    default:
        if (byte == IAC)
            telnet->inside = COMMAND;
        return byte != IAC;
    }
}

size_t telnet_remove_commands(struct telnet *telnet, char *line, size_t size)
{
    size_t end = 0;
    for (size_t i = 0; i < size; i++)
        if (take(telnet, (unsigned char)line[i]))
            line[end++] = line[i];
    line[end] = '\0';
    return end;
}
