/*
 * Fuzz targets: each reads any bytes as a case, and aborts where what must hold does not. libFuzzer
 * looks for such bytes (make fuzz); tests/test_fuzz.c tries those that it has kept.
 *
 * A target is the function fuzz_NAME in tests/fuzz/NAME.c. It returns 0, as libFuzzer wishes.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fuzz_words(const uint8_t *data, size_t size);
int fuzz_utf8(const uint8_t *data, size_t size);
int fuzz_read_line(const uint8_t *data, size_t size);
int fuzz_language(const uint8_t *data, size_t size);
int fuzz_text(const uint8_t *data, size_t size);
int fuzz_commands(const uint8_t *data, size_t size);

/* Ends the process where the condition does not hold. Unlike assert, in every build. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The bytes up to the first NUL as a string in memory of just that size, to be freed: a sanitizer
 * then sees a byte too many that is read. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    char *string = size ? strndup((const char *)data, size) : strdup("");
    EXPECT(string);
    return string;
}
