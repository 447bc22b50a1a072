/*
 * The part of the stage that websocket_members.h plays on: a room whose members do as they are
 * told.
 *
 * "/room/N" is member N, in the room from the start, and told "in"; "/hall/N" is not in it yet;
 * "/other/N" is in another room. A message is one command or several, with ";" between two:
 *
 *     all TEXT        says it to the other members
 *     other TEXT      says it to those in the other room
 *     one N TEXT      says it to member N
 *     self TEXT       says it to who asks
 *     many COUNT SIZE says COUNT texts of SIZE bytes to the other members: SIZE times "x"
 *     enter N, leave N, end N
 *                     member N enters or leaves the room, or is disconnected with 1000
 *     unread          is answered with the bytes that wait for all clients together
 *     time SECONDS    moves the server's clock, which stands still
 *     pass COUNT      goes on so many passes of the loop later
 *     pending         is answered with the bytes that have not left yet: "ROOM'S OTHER'S"
 *
 * Each text but those of many is preceded by its number, counted for all: "17 TEXT".
 */
#pragma once

#include "04-chat-server/websocket.h"

struct room_stage {
    const struct websocket_server *server;
    struct websocket_room room, other;
    struct room_member *members; /* in the room or not */
    long said;
};

/* Is the member that the path names, until it leaves. */
int play_in_room(struct websocket *socket, struct room_stage *stage);
