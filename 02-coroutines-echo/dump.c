#include "02-coroutines-echo/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "common/bytes.h"
#include "common/language.h"
#include "common/visible.h"

static void print_and_free(const char *label, char *text)
{
    printf("%s: %s\n", label, text ? text : tr_error(UV_ENOMEM));
    free(text);
}

/* A line end at the end is printed as it came; what else would command the terminal, or forge a
 * line of the output, is made visible. */
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
    dump->left_out = 0;
}

void dump_bytes(struct dump *dump, const char *hex_label, const char *printable_label,
    const char *text_label, const char *data, size_t size)
{
    uint64_t second = uv_hrtime() / 1000000000;
    if (second != dump->second) {
        dump_report(dump);
        dump->shown = 0;
        dump->second = second;
    }
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
