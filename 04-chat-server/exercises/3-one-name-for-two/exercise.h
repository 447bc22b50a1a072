#pragma once

#define NAME_SIZE 33

struct client {
    char name[NAME_SIZE];     /* "": none yet */
    char reserved[NAME_SIZE]; /* yours, if you want it: a second name that nobody else may take */
    struct client *next;
};

struct server {
    struct client *first;          /* all who are connected */
    int (*save)(const char *name); /* waits until the name is in a file, say; may fail */
};

/* Gives the client the name, once it is written down. Called by the client's task. Returns 0;
 * UV_EEXIST: another client has it, or is about to; or why it could not be written down. Whoever
 * gets an error has the name that it had before, and nobody else has it. The name is valid: not
 * empty, not too long, and not the one that the client has already. */
int server_rename(struct server *server, struct client *client, const char *name);
