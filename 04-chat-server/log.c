#include "04-chat-server/log.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "04-chat-server/text.h"
#include "common/language.h"

#define ROOM_FOR_THE_LOST 96 /* bytes */
#define CUT " ...\n"

/* A pipe that takes anything takes PIPE_BUF bytes, at once and whole. So the descriptor, which
 * others may use too, can stay one that blocks. A terminal may take a part and have us wait with
 * the rest: it is opened once more, for us alone. */
static int open_output(void)
{
    int own = isatty(STDOUT_FILENO)
                  ? open("/dev/stdout", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                  : -1;
    return own < 0 ? STDOUT_FILENO : own;
}

static int put(int output, const char *text, size_t size)
{
    struct pollfd ready = {.fd = output, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
        return -1;
    return write(output, text, size) == (ssize_t)size ? 0 : -1;
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
    if (log->output == 0)
        log->output = open_output();
    if (put(log->output, line, size) == 0) {
        log->untold = 0;
    } else {
        log->untold++;
        log->lost++;
    }
}

void log_close(struct log *log)
{
    if (log->output > STDERR_FILENO)
        close(log->output);
    *log = (struct log){0};
}
