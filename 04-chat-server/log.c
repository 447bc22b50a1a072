#include "04-chat-server/log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "04-chat-server/text.h"
#include "common/language.h"

#define NOTE_SIZE 96 /* of the note about lost lines */
#define ELLIPSIS " ...\n"

/* A pipe that is ready for writing takes PIPE_BUF bytes without blocking. So standard output can
 * stay in blocking mode, which matters because other processes may share it. A terminal may take a
 * part of a line and then block, so the log opens the terminal again, in non-blocking mode. */
static int open_output(void)
{
    int own = isatty(STDOUT_FILENO)
                  ? open("/dev/stdout", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                  : -1;
    return own < 0 ? STDOUT_FILENO : own;
}

/* Returns whether the whole line was written. A full disk may take only its beginning. */
static bool put(struct log *log, const char *text, size_t size)
{
    struct pollfd ready = {.fd = log->output, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
        return false;
    ssize_t written = write(log->output, text, size);
    if (written > 0)
        log->is_torn = (size_t)written < size && text[written - 1] != '\n';
    return written == (ssize_t)size;
}

/* Writes a note about lost lines, if there are any, and returns its size. */
static size_t write_note(char line[PIPE_BUF], unsigned long long lost, bool is_torn)
{
    if (lost == 0)
        return 0;
    int size = snprintf(line, NOTE_SIZE,
        tr("%s... %llu linhas ficaram de fora\n", "%s... %llu lines were left out\n"),
        is_torn ? "\n" : "", lost);
    return (size_t)size;
}

/* Writes the text and a newline from start on; truncates a long text between two characters.
 * Returns the whole size. */
static size_t write_text(char line[PIPE_BUF], size_t start, const char *text)
{
    size_t room = PIPE_BUF - start - sizeof(ELLIPSIS), size = strlen(text);
    bool fits = size <= room;
    if (!fits)
        size = room;
    while (!fits && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    snprintf(line + start, PIPE_BUF - start, "%.*s%s", (int)size, text, fits ? "\n" : ELLIPSIS);
    return start + size + (fits ? 1 : strlen(ELLIPSIS));
}

void log_printf(struct log *log, const char *format, ...)
{
    char *line = log->line, *text = NULL, *visible = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0) {
        visible = text_make_visible(text);
        free(text);
    }
    va_end(arguments);
    size_t start = write_note(line, log->unreported, log->is_torn);
    size_t size = write_text(line, start, visible ? visible : tr_error(UV_ENOMEM));
    free(visible);
    if (log->output == 0)
        log->output = open_output();
    if (put(log, line, size)) {
        log->unreported = 0;
    } else {
        log->unreported++;
        log->lost++;
    }
}

void log_close(struct log *log)
{
    if (log->output > STDERR_FILENO)
        close(log->output);
    *log = (struct log){0};
}
