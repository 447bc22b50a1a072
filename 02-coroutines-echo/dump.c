#include "02-coroutines-echo/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "common/bytes.h"
#include "common/language.h"

static void print_and_free(const char *label, char *text)
{
    printf("%s: %s\n", label, text ? text : tr_error(UV_ENOMEM));
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
    print_and_free(text_label, bytes_to_text(data, size, NULL));
}
