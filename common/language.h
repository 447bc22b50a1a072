/*
 * Texts in the user's language. The program gives both languages side by side, where it prints:
 *
 *     printf(tr("Conexões ativas: %d\n", "Active connections: %d\n"), active);
 *
 * The articles are in Portuguese; English is an addition.
 *
 * The whole project follows one rule. Messages for the user of a program go through tr(), even if
 * the library prints them. Messages for programmers are in English only: misuse of the library,
 * LOOP_DEBUG, TRACE and the other environment variables, stack overflows.
 */
#pragma once

#include <sys/cdefs.h>

__BEGIN_DECLS

enum language { PORTUGUESE, ENGLISH };

/* The language of the user's locale, which is the value of LC_ALL, LC_MESSAGES or LANG, the first
 * that is set. If it is unset, empty, C or POSIX, the language is Portuguese, as in the articles;
 * if it is neither Portuguese nor English, the language is English. */
enum language language_of_user(void);

/* The language that an HTTP Accept-Language header prefers by its quality values. NULL, an empty
 * header, and a header without either language and without * give Portuguese, unless the header
 * refuses Portuguese alone (q=0). Ignores malformed entries. */
enum language language_of_header(const char *accept_language);

/* Returns one of the two texts, without copying it. The compiler checks both as format strings of
 * the surrounding printf. */
const char *tr_in(enum language language, const char *portuguese, const char *english)
    __attribute__((format_arg(2), format_arg(3)));

/* tr_in for the language of the user. */
const char *tr(const char *portuguese, const char *english)
    __attribute__((format_arg(1), format_arg(2)));

/* Describes a libuv error in the user's language, or in English if there is no translation. The
 * text never mentions a program's options: program_end adds the option that helps. */
const char *tr_error(int error);

__END_DECLS
