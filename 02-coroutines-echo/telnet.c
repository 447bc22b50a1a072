#include "02-coroutines-echo/telnet.h"

enum { SE = 240, SB = 250, WILL = 251, DONT = 254, IAC = 255 };

/* Returns the size of the command at the beginning, at most size. */
static size_t command_size(const unsigned char *command, size_t size)
{
    if (size < 3)
        return size;
    if (command[1] >= WILL && command[1] <= DONT)
        return 3;
    if (command[1] != SB)
        return 2;
    for (size_t i = 2; i + 1 < size; i++)
        if (command[i] == IAC && command[i + 1] == SE)
            return i + 2;
    return size;
}

size_t telnet_remove_commands(char *line, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)line;
    size_t end = 0;
    for (size_t i = 0; i < size;) {
        if (bytes[i] != IAC) {
            line[end++] = line[i++];
            continue;
        }
        if (i + 1 < size && bytes[i + 1] == IAC)
            line[end++] = line[i];
        i += command_size(bytes + i, size - i);
    }
    line[end] = '\0';
    return end;
}
