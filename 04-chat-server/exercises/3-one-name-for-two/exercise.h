#pragma once

#define NAME_SIZE 33

struct client {
    char name[NAME_SIZE];     /* "": none yet */
    char reserved[NAME_SIZE]; /* yours, if you want it: a second name that nobody else may take */
    struct client *next;
};

struct server {
    struct client *first;          /* of all connected clients */
    int (*save)(const char *name); /* waits until the name is in a file; may fail */
};

/* Gives the client the name after save has written it. The client's task calls this. Returns 0,
 * UV_EEXIST if another client has the name or is about to get it, or the error of save. After an
 * error the client has the name that it had before, and nobody else has it. The name is valid: not
 * empty, not too long, and not the one that the client has already. */
int server_rename(struct server *server, struct client *client, const char *name);
