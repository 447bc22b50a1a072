/*
 * A notice: who has joined a room, has left it or has a new name, in both languages and in a page's
 * form.
 */
#pragma once

#include "04-chat-server/chat.h"
#include "common/buffer.h"

/* The text before several names, the text after one name, and the line's kind for pages. */
struct wording {
    const char *several[2], *one[2], *page;
};

extern const struct wording notice_arrived, notice_departed, notice_renamed, notice_crowd_began,
    notice_crowd_ended;

struct notice {
    const struct wording *wording;
    size_t count; /* of the names */
    size_t added;
    struct buffer
        texts[FORMS]; /* open_memstream would allocate 8 KiB for a moment, and a name that is
                         allocated after that block would keep the heap from shrinking */
    int error;
};

/* Begins a notice about that many names. notice_send reports an error. */
void notice_open(struct notice *notice, const struct wording *wording, size_t count);

/* Adds a name, or an old name and a new one. A page gets them all. */
void notice_add(struct notice *notice, const char *before, const char *after);

/* Sends the notice to the room's clients except one, and frees it. Returns 0, or UV_ENOMEM if no
 * client got it. */
int notice_send(struct notice *notice, struct room *room, struct websocket *except);
