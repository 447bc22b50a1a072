#include "common/observe/trace/json.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"

static void flush(struct trace_output *output)
{
    const char *bytes = output->bytes;
    size_t left = output->size;
    output->size = 0;
    while (left > 0 && !output->error) {
        ssize_t written = write(output->file, bytes, left);
        if (written < 0 && errno != EINTR)
            output->error = errno;
        if (written < 0)
            continue;
        bytes += written;
        left -= (size_t)written;
    }
}

static void put(struct trace_output *output, char byte)
{
    if (output->size == sizeof(output->bytes))
        flush(output);
    output->bytes[output->size++] = byte;
}

void json_text(struct trace_output *output, const char *text)
{
    while (*text)
        put(output, *text++);
}

static void put_character(struct trace_output *output, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char first = (unsigned char)*bytes;
    if (first < ' ') {
        json_text(output, "\\u00");
        put(output, digits[first >> 4]);
        put(output, digits[first & 15]);
        return;
    }
    if (first == '"' || first == '\\')
        put(output, '\\');
    for (size_t i = 0; i < size; i++)
        put(output, bytes[i]);
}

void json_string(struct trace_output *output, const char *text)
{
    put(output, '"');
    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        bool whole;
        size = bytes_next_character(text, left, &whole);
        if (whole)
            put_character(output, text, size);
        else
            json_text(output, "\\ufffd");
    }
    put(output, '"');
}

void json_number(struct trace_output *output, uint64_t number)
{
    char digits[21] = "";
    char *first = digits + sizeof(digits) - 1;
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    json_text(output, first);
}

void json_thousandths(struct trace_output *output, uint64_t number)
{
    json_number(output, number / 1000);
    put(output, '.');
    for (unsigned digit = 100; digit > 0; digit /= 10)
        put(output, (char)('0' + number / digit % 10));
}

int json_close(struct trace_output *output)
{
    flush(output);
    if (close(output->file) && !output->error)
        output->error = errno;
    return output->error;
}
