#!/usr/bin/python3
"""Prints text_marks.h, from the Unicode version that this Python knows:

    04-chat-server/make_text_marks.py > 04-chat-server/text_marks.h
"""

import unicodedata

HEADER = """\
/* Tables of Unicode {version}. Made by make_text_marks.py. */
#pragma once

#include <stdint.h>

struct text_range {{
    uint32_t first, last;
}};

struct text_pair {{
    uint32_t first, second;
}};

struct text_capitals {{
    uint32_t first, last, step; /* every step-th code point of the range */
    int32_t distance;           /* to the small letter */
}};

/* clang-format off */

/* The combining marks: the categories Mn and Me. */
static const struct text_range text_marks[] = {{"""

OTHER_FORMS = """\
}};

/* Characters that are written in another way in Unicode's normal form C. */
static const struct text_range text_other_forms[] = {{"""

PAIRS = """\
}};

/* Pairs that are one character in form C. Marks that text.c always refuses are left out. */
static const struct text_pair text_pairs[] = {{"""

CAPITALS = """\
}};

/* The capitals, and whatever else is written for the same small letter. */
static const struct text_capitals text_capitals[] = {{"""


def is_mark(code):
    return unicodedata.category(chr(code)) in ("Mn", "Me")


def has_other_form(code):
    return unicodedata.normalize("NFC", chr(code)) != chr(code)


def ranges_of(belongs):
    """Unassigned code points (Cn) do not end a range, so the table is shorter."""
    ranges, open_range = [], False
    for code in range(0x110000):
        if belongs(code):
            if not open_range:
                ranges.append([code, code])
            ranges[-1][1] = code
            open_range = True
        elif unicodedata.category(chr(code)) != "Cn":
            open_range = False
    return ranges


def pairs():
    """But for Hangul, which text.c computes. A decomposition that begins with "<" does not count in form C."""
    for code in range(0x110000):
        decomposition = unicodedata.decomposition(chr(code))
        parts = [] if decomposition.startswith("<") else [int(part, 16) for part in decomposition.split()]
        if len(parts) == 2 and not has_other_form(code) and parts[1] > 0x900 and parts[1] not in (0x3099, 0x309A):
            yield parts


def small_letter(code):
    """One character for one: where folding gives several, the letter's own lower case, if that is one."""
    text = chr(code).casefold()
    if len(text) > 1:
        text = chr(code).lower()
    return ord(text) if len(text) == 1 else code


def capital_ranges():
    """[first, last, step, distance]: in some scripts, capitals and small letters alternate."""
    ranges = []
    for code in range(0x110000):
        distance = small_letter(code) - code
        if distance == 0:
            continue
        first, last, step, same = ranges[-1] if ranges else (0, 0, 0, 0)
        if same != distance or code - last != (step if first < last else min(code - last, 2)):
            ranges.append([code, code, 1, distance])
        else:
            ranges[-1][1:3] = [code, code - last]
    return ranges


def print_entries(entries, in_line):
    for start in range(0, len(entries), in_line):
        print("   ", *entries[start:start + in_line])


print(HEADER.format(version=unicodedata.unidata_version.removesuffix(".0.0")))
print_entries([f"{{0x{first:X}, 0x{last:X}}}," for first, last in ranges_of(is_mark)], 5)
print(OTHER_FORMS.format())
print_entries([f"{{0x{first:X}, 0x{last:X}}}," for first, last in ranges_of(has_other_form)], 5)
print(PAIRS.format())
print_entries([f"{{0x{first:X}, 0x{second:X}}}," for first, second in pairs()], 5)
print(CAPITALS.format())
print_entries([f"{{0x{first:X}, 0x{last:X}, {step}, {distance}}},"
               for first, last, step, distance in capital_ranges()], 4)
print("};\n\n/* clang-format on */")
