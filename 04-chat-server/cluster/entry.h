/*
 * An entry of the stream. Anybody who may write to Redis can put anything there, so what is read is
 * checked like the bytes of a peer.
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
    ENTRY_HELLO,   /* a server has come, or come back, and asks for the names of the others */
    ENTRY_HERE,    /* names of a server's clients: other (whom it answers, or ""), text: pairs of
                      lines, room and name */
    ENTRY_BYE,     /* a server ends, and all its clients leave */
    ENTRY_NONE,    /* the entry of that number was refused: the name is another client's */
    ENTRY_KINDS
};

/* The texts are NUL-terminated; only text may contain NULs. */
struct entry {
    enum entry_kind kind;
    char server[SERVER_ID_SIZE]; /* that wrote it */
    uint64_t number;             /* counted by that server from 1 on */
    uint64_t after;              /* the number of the server's entry before this one; 0: unknown */
    bool is_first, is_last; /* of the entries that hold the names of all the server's clients */
    const char *room, *name, *other, *text;
    size_t size; /* of the text */
};

/* The place of an entry in the stream. */
struct entry_id {
    uint64_t milliseconds, sequence;
};

int entry_id_compare(struct entry_id one, struct entry_id other);

/* Reads "1700000000000-0". Returns false if it is something else. */
bool entry_id_parse(struct entry_id *id, const redisReply *reply);

extern const char *const entry_kind_names[ENTRY_KINDS];

/* Reads one entry of XREAD's answer, [id, [field, value, ...]]; the texts belong to the reply.
 * Returns 0, and the entry and its id; or UV_EINVAL, and the id if *has_id is true. */
int entry_parse(struct entry *entry, struct entry_id *id, bool *has_id, const redisReply *reply);
