/* Step 7's commands, for steps 9 to 12. Each has its own struct client and its own table. */
#pragma once

#include <string.h>
#include <uv.h>

#include "common/words.h"

struct client;

struct command {
    const char *names[2];                                        /* the second one may be NULL */
    void (*run)(struct client *self, const struct words *words); /* word 0 is its name */
};

static inline const struct command *find_command(const struct command *table, const char *name)
{
    for (; table->run; table++)
        for (int i = 0; i < 2; i++)
            if (table->names[i] && strcmp(table->names[i], name) == 0)
                return table;
    return NULL;
}

/* Runs the command that the line's first word names; after the table's last command follows an
 * empty one. Returns 0; UV_EINVAL for a line without words or with an unclosed quote; UV_ENOENT if
 * there is no such command; or UV_ENOMEM. */
static inline int run_command(const struct command *table, struct client *self, const char *line)
{
    struct words words;
    int error = words_split(&words, line);
    if (!error && words.count == 0)
        error = UV_EINVAL;
    const struct command *command = error ? NULL : find_command(table, words.word[0]);
    if (command)
        command->run(self, &words);
    words_free(&words);
    return error || command ? error : UV_ENOENT;
}
