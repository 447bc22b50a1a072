/*
 * Shows the bytes that a connection receives: the three lines that the article prints in
 * data_received, which both echo programs share.
 */
#pragma once

#include <stddef.h>

/* Prints the bytes three times, each after its label: in hexadecimal, with a dot for each
 * unprintable byte, and as UTF-8 text. */
void dump_bytes(const char *hex_label, const char *printable_label, const char *text_label,
    const char *data, size_t size);
