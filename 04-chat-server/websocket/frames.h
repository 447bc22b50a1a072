/*
 * The frames that arrive from a client (RFC 6455, 5), before libwebsockets parses them. They are
 * checked here, because libwebsockets accepts frames without a mask and lengths in more bytes than
 * needed, answers only one of several pings, and ends some connections without a status. Control
 * frames are removed: libwebsockets gets only the messages.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FRAME_TEXT = 1, FRAME_CLOSE = 8, FRAME_PING = 9, FRAME_PONG = 10 }; /* opcodes */

#define MAX_MASKED_HEADER 14 /* bytes, with the mask */

struct websocket;

/* All zero at the start. */
struct frame_reader {
    unsigned char header[MAX_MASKED_HEADER];            /* of the current frame */
    unsigned char header_size;                          /* bytes of it that have arrived */
    unsigned char control_size;                         /* bytes of control */
    enum { FOR_LIBWEBSOCKETS, COLLECTED, SKIPPED } use; /* of the current frame */
    bool in_payload;                                    /* the header has arrived */
    bool is_fragmented; /* a message has begun, and its last frame is to come */
    bool ended;         /* after an invalid frame or a close frame */
    bool peer_closed;   /* after a close frame */
    uint64_t left;      /* bytes of the current frame's payload to come */
    uint64_t message;   /* bytes of the current message so far */
    char *control;      /* the payload of the current control frame, or NULL */
};

/* The data for libwebsockets can be this many bytes longer than the data that arrived. */
#define FRAMES_ROOM 48

/* Filters size bytes that have arrived at data + FRAMES_ROOM, and answers pings. Writes the data
 * for libwebsockets to data, and returns its size, which is never 0. After the client's last
 * message, libwebsockets gets a PONG frame, so that it reports the end after all the messages. The
 * payload of that frame is the status to close the connection with, in digits. */
ssize_t frames_filter(struct websocket *socket, unsigned char *data, size_t size);
