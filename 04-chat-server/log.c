#include "log.h"

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "common/language.h"
#include "text.h"

#define ROOM_FOR_THE_LOST 96 /* bytes */
#define CUT " ...\n"

/* A pipe that takes anything takes PIPE_BUF bytes, at once and whole. So the descriptor, which
 * others may use too, can stay one that blocks. */
static int put(const char *text, size_t size)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&output, 1, 0) != 1 || !(output.revents & POLLOUT))
        return -1;
    return write(STDOUT_FILENO, text, size) == (ssize_t)size ? 0 : -1;
}

/* Writes the line and its end behind the start; a long one is cut between two characters. Returns
 * how many bytes there are then. */
static size_t end_line(char line[PIPE_BUF], size_t start, const char *text)
{
    size_t most = PIPE_BUF - start - sizeof(CUT), size = strlen(text);
    bool fits = size <= most;
    if (!fits)
        size = most;
    while (!fits && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    snprintf(line + start, PIPE_BUF - start, "%.*s%s", (int)size, text, fits ? "\n" : CUT);
    return start + size + (fits ? 1 : strlen(CUT));
}

/* What is said of the lines that were left out; its size. */
static size_t tell_lost(char *line, unsigned long long untold)
{
    if (untold == 0)
        return 0;
    int size = snprintf(line, ROOM_FOR_THE_LOST,
        tr("... %llu linhas ficaram de fora\n", "... %llu lines were left out\n"), untold);
    return (size_t)size;
}

void log_say(struct log *log, const char *format, va_list arguments)
{
    char line[PIPE_BUF], *text = NULL, *visible = NULL;
    if (vasprintf(&text, format, arguments) >= 0) {
        visible = text_make_visible(text);
        free(text);
    }
    size_t start = tell_lost(line, log->untold);
    size_t size = end_line(line, start, visible ? visible : tr_error(UV_ENOMEM));
    free(visible);
    if (put(line, size) == 0) {
        log->untold = 0;
    } else {
        log->untold++;
        log->lost++;
    }
}
