#!/usr/bin/python3
"""Prints text_marks.h, from the Unicode version that this Python knows:

    04-chat-server/make_text_marks.py > 04-chat-server/text_marks.h
"""

import unicodedata

HEADER = """\
/* The combining marks of Unicode {version}: the categories Mn and Me. Made by make_text_marks.py. */
#pragma once

#include <stdint.h>

struct text_range {{
    uint32_t first, last;
}};

/* clang-format off */
static const struct text_range text_marks[] = {{"""


def mark_ranges():
    """Unassigned code points (Cn) do not end a range, so the table is shorter."""
    ranges, open_range = [], False
    for code in range(0x110000):
        category = unicodedata.category(chr(code))
        if category in ("Mn", "Me"):
            if not open_range:
                ranges.append([code, code])
            ranges[-1][1] = code
            open_range = True
        elif category != "Cn":
            open_range = False
    return ranges


print(HEADER.format(version=unicodedata.unidata_version.removesuffix(".0.0")))
entries = [f"{{0x{first:X}, 0x{last:X}}}," for first, last in mark_ranges()]
for start in range(0, len(entries), 5):
    print("   ", *entries[start:start + 5])
print("};\n/* clang-format on */")
