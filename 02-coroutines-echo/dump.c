#include "02-coroutines-echo/dump.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/bytes.h"
#include "common/language.h"
#include "common/visible.h"

static void print_and_free(const char *label, char *text)
{
    printf("%s: %s\n", label, text ? text : tr_error(UV_ENOMEM));
    free(text);
}

/* A newline at the end is printed as it is. Any other character that would control the terminal, or
 * forge a line of the output, is made visible. */
static void print_text(const char *label, const char *data, size_t size)
{
    size_t length;
    char *text = bytes_to_text(data, size, &length), *visible = NULL;
    size_t end = text ? length : 0;
    if (end > 0 && text[end - 1] == '\n')
        end -= end > 1 && text[end - 2] == '\r' ? 2 : 1;
    if (text)
        visible = visible_text(text, end);
    printf("%s: %s%s\n", label, visible ? visible : tr_error(UV_ENOMEM), visible ? text + end : "");
    free(visible);
    free(text);
}

void dump_report(struct dump *dump)
{
    if (dump->left_out > 0)
        printf(tr("... %llu bytes ficaram de fora\n", "... %llu bytes were left out\n"),
            dump->left_out);
    if (dump->lines_left_out > 0)
        printf(tr("... %llu linhas ficaram de fora\n", "... %llu lines were left out\n"),
            dump->lines_left_out);
    dump->left_out = dump->lines_left_out = 0;
}

static void note_second(struct dump *dump)
{
    uint64_t second = uv_hrtime() / 1000000000;
    if (second == dump->second)
        return;
    dump_report(dump);
    dump->shown = dump->shown_lines = 0;
    dump->second = second;
}

void dump_line(struct dump *dump, const char *format, ...)
{
    char line[256] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    note_second(dump);
    if (strlen(line) > DUMP_LIMIT - dump->shown_lines) {
        dump->lines_left_out++;
        return;
    }
    dump->shown_lines += strlen(line);
    dump_report(dump);
    fputs(line, stdout);
}

void dump_bytes(struct dump *dump, const char *hex_label, const char *printable_label,
    const char *text_label, const char *data, size_t size)
{
    note_second(dump);
    size_t room = DUMP_LIMIT - dump->shown;
    if (size > room) {
        dump->left_out += size - room;
        size = room;
    }
    if (size == 0)
        return;
    dump->shown += size;
    print_and_free(hex_label, bytes_to_hex(data, size));
    print_and_free(printable_label, bytes_to_printable(data, size));
    print_text(text_label, data, size);
}
