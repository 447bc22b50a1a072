/*
 * Text that comes from people: what may stand in a name or on the log, and what may not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NAME_CHARACTERS 32

/* What the server says before, behind and between names. The page knows its lines by them. */
#define TEXT_PRIVATE_PORTUGUESE "PRIVADO de "
#define TEXT_PRIVATE_ENGLISH "PRIVATE from "
#define TEXT_ARRIVED_PORTUGUESE " entrou na sala"
#define TEXT_ARRIVED_ENGLISH " joined the room"
#define TEXT_LEFT_PORTUGUESE " saiu da sala"
#define TEXT_LEFT_ENGLISH " left the room"
#define TEXT_RENAMED_PORTUGUESE " agora é "
#define TEXT_RENAMED_ENGLISH " is now "

/* What a client is told when there is no memory for what it wants. */
#define TEXT_SHORT_PORTUGUESE "O servidor está sem memória. Tente de novo."
#define TEXT_SHORT_ENGLISH "The server is short of memory. Try again."

/* The text after the white space that it begins with. */
const char *text_skip_space(const char *text);

/* Whether the UTF-8 text may be a name: 1 to 32 characters, single spaces between words, and none
 * that is a control character, breaks a line, cannot be seen, changes the direction of writing, or
 * is a mark put on the letter before it: but for the marks of a script that is written with them,
 * on its own letters, up to three that differ. */
bool text_is_name(const char *text);

struct text_range {
    uint32_t first, last;
};

/* Whether the character is a mark on the one before it, of a script that is written with marks:
 * Hebrew, Arabic, those of India, Thai, ... (text_marks.c). */
bool text_is_mark(uint32_t character);

/* The order of two texts, for the trees of <search.h>. */
int text_compare(const void *one, const void *other);

/* The same for valid UTF-8, capital and small letters being one. */
int text_compare_names(const void *one, const void *other);

/* A copy, to be freed, in which such characters stand as \u{202E}; NULL when memory is short. */
char *text_make_visible(const char *text);
