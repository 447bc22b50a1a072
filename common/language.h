/*
 * The text in the user's language: both are written side by side where it is said.
 *
 *     printf(tr("Conexões ativas: %d\n", "Active connections: %d\n"), active);
 *
 * Python's series speaks Portuguese only; English is ours.
 */
#pragma once

enum language { PORTUGUESE, ENGLISH };

/* The language of the user's locale: LC_ALL, LC_MESSAGES or LANG, the first that is set. Where
 * they say nothing (unset, empty, C, POSIX), Portuguese; other languages than it get English. */
enum language language_of_user(void);

/* The language that an HTTP Accept-Language header prefers, by its quality values; NULL, an empty
 * header or one that names neither language (nor *) gives Portuguese, unless it refuses that alone
 * (q=0). A malformed entry is passed over. */
enum language language_of_header(const char *accept_language);

/* One of two texts, both owned by the caller. The compiler checks each as the format string of
 * the printf around the call. */
const char *tr_in(enum language language, const char *portuguese, const char *english)
    __attribute__((format_arg(2), format_arg(3)));

/* What a libuv error means, in the user's language; an error that has no translation, in English.
 */
const char *tr_error(int error);

/* tr_in for the user's own language. */
const char *tr(const char *portuguese, const char *english)
    __attribute__((format_arg(1), format_arg(2)));
