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

/* Returns how much was written. A full disk may take only the beginning. */
static size_t put(struct log *log)
{
    struct pollfd ready = {.fd = log->output, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
        return 0;
    ssize_t written = write(log->output, log->lines, log->size);
    if (written > 0)
        log->is_torn = log->lines[written - 1] != '\n';
    return written < 0 ? 0 : (size_t)written;
}

/* Writes the pending lines. */
static void flush(void *argument)
{
    struct log *log = argument;
    size_t lost = 0;
    if (log->size == 0)
        return;
    if (log->output == 0)
        log->output = open_output();
    for (size_t i = put(log); i < log->size; i++)
        lost += log->lines[i] == '\n';
    if (lost < log->count)
        log->unreported = 0; /* the note was written before the lines */
    else
        lost = log->count; /* the note has newlines, too */
    log->unreported += lost;
    log->lost += lost;
    log->count = log->size = 0;
}

/* Writes a note about lost lines, if there are any, and returns its size. */
static size_t write_note(char lines[PIPE_BUF], unsigned long long lost, bool is_torn)
{
    if (lost == 0)
        return 0;
    int size = snprintf(lines, NOTE_SIZE,
        tr("%s... %llu linhas ficaram de fora\n", "%s... %llu lines were left out\n"),
        is_torn ? "\n" : "", lost);
    return (size_t)size;
}

/* Writes the text and a newline from start on; truncates a long text between two characters.
 * Returns the whole size. */
static size_t write_text(char lines[PIPE_BUF], size_t start, const char *text)
{
    size_t room = PIPE_BUF - start - sizeof(ELLIPSIS), size = strlen(text);
    bool fits = size <= room;
    if (!fits)
        size = room;
    while (!fits && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    snprintf(lines + start, PIPE_BUF - start, "%.*s%s", (int)size, text, fits ? "\n" : ELLIPSIS);
    return start + size + (fits ? 1 : strlen(ELLIPSIS));
}

static void add_line(struct log *log, const char *text)
{
    if (log->size + strlen(text) + sizeof(ELLIPSIS) > PIPE_BUF)
        flush(log);
    if (log->size == 0)
        log->size = write_note(log->lines, log->unreported, log->is_torn);
    log->size = write_text(log->lines, log->size, text);
    log->count++;
    log->end_of_iteration.run = flush;
    log->end_of_iteration.argument = log;
    if (log->loop)
        loop_at_end_of_iteration(log->loop, &log->end_of_iteration);
    else
        flush(log);
}

void log_printf(struct log *log, const char *format, ...)
{
    char *text = NULL, *visible = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0) {
        visible = text_make_visible(text);
        free(text);
    }
    va_end(arguments);
    add_line(log, visible ? visible : tr_error(UV_ENOMEM));
    free(visible);
}

void log_close(struct log *log)
{
    flush(log);
    if (log->output > STDERR_FILENO)
        close(log->output);
    log->output = 0; /* the rest stays, because end_of_iteration may be pending */
}
