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

void dump_bytes(const char *hex_label, const char *printable_label, const char *text_label,
    const char *data, size_t size)
{
    print_and_free(hex_label, bytes_to_hex(data, size));
    print_and_free(printable_label, bytes_to_printable(data, size));
    print_and_free(text_label, bytes_to_text(data, size, NULL));
}
