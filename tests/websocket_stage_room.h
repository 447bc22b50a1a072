/*
 * The server's side of websocket_members.h: two rooms whose members send commands.
 *
 * The client of "/room/N" is member N, in the room from the start; that of "/other/N" is in the
 * other room, and that of "/hall/N" in none. The server greets each with "in". A message holds
 * commands, separated by ";":
 *
 *     all TEXT        sends it to the other members of the room
 *     other TEXT      sends it to the members of the other room
 *     one N TEXT      sends it to member N
 *     self TEXT       sends it back
 *     many COUNT SIZE sends COUNT texts of SIZE bytes, all "x", to the other members of the room
 *     enter N, leave N, end N
 *                     makes member N enter or leave the room, or disconnects it with 1000
 *     unread          asks for the bytes that are pending for all clients together
 *     dropped         asks for the number of clients dropped because they left too much unread
 *     members         asks for the number of members of the room
 *     pending         asks for the bytes pending in the two rooms: "ROOM OTHER"
 *     memory BYTES    limits the server's memory to what it has now and these bytes
 *     time SECONDS    moves the server's clock, which is paused
 *     wait COUNT      waits for this many iterations of the loop
 *
 * The texts, except those of many, are numbered: "17 TEXT".
 */
#pragma once

#include "04-chat-server/websocket/websocket.h"

struct room_stage {
    const struct websocket_server *server;
    struct websocket_room room, other;
    struct room_member *members; /* in any room or none */
    long sent;
};

/* Serves a member until it ends. */
int serve_member(struct websocket *socket, struct room_stage *stage);
