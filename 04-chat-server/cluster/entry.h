/*
 * An entry of the stream. Other programs may write to Redis, too, so entries are checked like input
 * from a client.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hiredis/hiredis.h>

#define SERVER_ID_SIZE 17 /* 16 hexadecimal digits and a NUL */

enum entry_kind {
    ENTRY_MESSAGE, /* to a room: room, name, text */
    ENTRY_PRIVATE, /* to one client: name, other (the recipient), text */
    ENTRY_NAME,    /* a client has a new name: room, name, other (the old one, or "") */
    ENTRY_LEFT,    /* a client with a name has left: name */
    ENTRY_HELLO,   /* a server has connected to Redis, and asks the others for their names */
    ENTRY_HERE,    /* names of a server's clients: other ("answer" to ENTRY_HELLO, or ""), text: two
                      lines for each client, room and name */
    ENTRY_BYE,     /* a server shuts down, so all its clients leave */
    ENTRY_NONE,    /* replaces an ENTRY_NAME that Redis refused: another client has the name */
    ENTRY_KINDS
};

/* The texts are NUL-terminated; only text may contain NULs. */
struct entry {
    enum entry_kind kind;
    char server[SERVER_ID_SIZE]; /* the id of the server that wrote it */
    uint64_t number;             /* each server numbers its own entries, from 1 on */
    uint64_t after;              /* the number of the server's entry before this one; 0: unknown */
    bool is_first, is_last;      /* the first and the last entry of a list of names (ENTRY_HERE) */
    const char *room, *name, *other, *text;
    size_t size; /* of the text */
};

/* An entry's id, by which Redis orders the stream. */
struct entry_id {
    uint64_t milliseconds, sequence;
};

/* Returns a negative number, 0 or a positive one, as strcmp does. */
int entry_id_compare(struct entry_id one, struct entry_id other);

/* Reads an id such as "1700000000000-0". Returns false if the reply is not an id. */
bool entry_id_parse(struct entry_id *id, const redisReply *reply);

extern const char *const entry_kind_names[ENTRY_KINDS];

/* Reads one entry of XREAD's answer, [id, [field, value, ...]]; the texts belong to the reply.
 * Returns 0 and stores the entry and its id. If the entry is invalid, returns UV_EINVAL, and sets
 * *has_id if it could store the id. */
int entry_parse(struct entry *entry, struct entry_id *id, bool *has_id, const redisReply *reply);
