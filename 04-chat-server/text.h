/*
 * Text from users: what a name may contain, and how the log shows a message. All texts are valid
 * UTF-8.
 */
#pragma once

#include <stdbool.h>

#define MAX_NAME_CHARACTERS 32

/* The phrases that the server writes around names. Clients with plain text tell its lines by
 * them. */
#define TEXT_PRIVATE_PORTUGUESE "PRIVADO de "
#define TEXT_PRIVATE_ENGLISH "PRIVATE from "
#define TEXT_ARRIVED_PORTUGUESE " entrou na sala"
#define TEXT_ARRIVED_ENGLISH " joined the room"
#define TEXT_LEFT_PORTUGUESE " saiu da sala"
#define TEXT_LEFT_ENGLISH " left the room"
#define TEXT_RENAMED_PORTUGUESE " agora é "
#define TEXT_RENAMED_ENGLISH " is now "

/* The phrases around several names: "Joined the room: Ana, Bia and 12 others". */
#define TEXT_ALL_ARRIVED_PORTUGUESE "Entraram na sala: "
#define TEXT_ALL_ARRIVED_ENGLISH "Joined the room: "
#define TEXT_ALL_LEFT_PORTUGUESE "Saíram da sala: "
#define TEXT_ALL_LEFT_ENGLISH "Left the room: "
#define TEXT_ALL_RENAMED_PORTUGUESE "Novos nomes: "
#define TEXT_ALL_RENAMED_ENGLISH "New names: "
#define TEXT_SEPARATOR ", "
#define TEXT_AND_MORE_PORTUGUESE " e mais "
#define TEXT_AND_ENGLISH " and "
#define TEXT_OTHERS_ENGLISH " others"

/* The answer to a client in a room whose name is refused; the page says so too. */
#define TEXT_BAD_ROOM_PORTUGUESE                                                                   \
    "Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras vazia, " \
    "\".\" ou \"..\"."
#define TEXT_BAD_ROOM_ENGLISH                                                                      \
    "Invalid room name: 1 to 32 visible characters, and no part between slashes empty, \".\" or "  \
    "\"..\"."

/* The answer to a request that the server has no memory for. */
#define TEXT_OUT_OF_MEMORY_PORTUGUESE "O servidor está sem memória. Tente de novo."
#define TEXT_OUT_OF_MEMORY_ENGLISH "The server is short of memory. Try again."

/* Returns the text after its leading white space, which is that of JavaScript's trimStart, so that
 * the page and the server agree on what is a command. */
const char *text_skip_space(const char *text);

/* Whether the text may be a name: 1 to 32 characters with single spaces between words. Control
 * characters, line breaks, invisible characters and those that change the direction of writing are
 * disallowed. A combining mark is allowed only on a letter of its own script, and only in scripts
 * that are written with marks: at most three on a letter, not the same one twice in a row. The text
 * has to be in Unicode's normal form C, but for the order of such marks. */
bool text_is_name(const char *text);

/* Whether the text contains the phrase, without regard to case. */
bool text_contains(const char *text, const char *phrase);

/* Compares two texts, for the trees of <search.h>. */
int text_compare(const void *one, const void *other);

/* Writes the name in lower case. Two names are equal for text_compare_names if these are equal. */
void text_fold_name(const char *name, char folded[4 * MAX_NAME_CHARACTERS + 1]);

/* Compares two texts without regard to case, for the trees of <search.h>. */
int text_compare_names(const void *one, const void *other);

/* Returns a copy that the caller frees, with disallowed code points written as \u{202E}; NULL if
 * out of memory. */
char *text_make_visible(const char *text);
