/*
 * Shows the bytes that connections receive: the three lines that the article prints in
 * data_received, which both echo programs share. The output is bounded, however much peers send
 * and however often they connect.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DUMP_LIMIT (16 * 1024) /* bytes that are shown in a second; as many in other lines */

/* What was shown. All zero is the state of a new program. */
struct dump {
    uint64_t second;    /* of the last call */
    size_t shown;       /* bytes of peers, in that second */
    size_t shown_lines; /* bytes of other lines, in that second */
    unsigned long long left_out, lines_left_out;
};

/* Prints the bytes three times, each after its label: in hexadecimal, with a dot for each
 * unprintable byte, and as UTF-8 text. Leaves out what is over the limit. */
void dump_bytes(struct dump *dump, const char *hex_label, const char *printable_label,
    const char *text_label, const char *data, size_t size);

/* Prints a line about a connection (printf-style), unless that is over the limit. */
void dump_line(struct dump *dump, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints how many bytes and lines have been left out since the last call, if any were. */
void dump_report(struct dump *dump);
