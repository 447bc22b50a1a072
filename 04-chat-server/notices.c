/* Notices tell a room which clients join, leave or change their names. A notice costs a delivery to
 * each member, so there are few notices, however many clients come and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/notice.h"

#define NOTICES_PER_SECOND 5 /* in a room; twice as many at once */
#define RETRY_SECONDS 1.0    /* after running out of memory */

/* With more clients than the first number, a room becomes crowded, because nobody would read who
 * comes and goes. With no more than the second number, it stops being crowded. */
#define CROWD_BEGINS 200
#define CROWD_ENDS 150

/*
 * What the room knows
 */

void notices_settle(struct client *client)
{
    if (client->announced && client->announced != client->name)
        free(name_of(client->announced));
    client->announced = client->name;
    if (client->is_noted)
        TAILQ_REMOVE(&client->room->notices.changes, client, change_entry);
    client->is_noted = false;
}

static void forget_departed(struct notices *notices)
{
    struct name *name;
    while ((name = STAILQ_FIRST(&notices->departed))) {
        STAILQ_REMOVE_HEAD(&notices->departed, departed_entry);
        free(name);
    }
}

static void settle_all(struct room *room)
{
    struct notices *notices = &room->notices;
    forget_departed(notices);
    while (!TAILQ_EMPTY(&notices->changes))
        notices_settle(TAILQ_FIRST(&notices->changes));
}

static bool is_crowded(const struct room *room)
{
    return room->count > (room->notices.is_crowded ? CROWD_ENDS : CROWD_BEGINS);
}

/* Whether the pages show a wrong number of clients: those without a name count, too. */
static bool is_count_old(const struct room *room)
{
    return room->members[FORM_PAGE].count > 0 && !room->notices.is_crowded &&
           room->notices.count != room->count;
}

static bool has_news(const struct room *room)
{
    const struct notices *notices = &room->notices;
    return !TAILQ_EMPTY(&notices->changes) || !STAILQ_EMPTY(&notices->departed) ||
           notices->is_crowded != is_crowded(room) || is_count_old(room);
}

/*
 * Sending the notices
 */

static int tell_departures(struct room *room)
{
    struct notices *notices = &room->notices;
    struct notice notice;
    size_t count = 0;
    struct name *name;
    STAILQ_FOREACH(name, &notices->departed, departed_entry)
        count++;
    if (count == 0)
        return 0;
    notice_open(&notice, &notice_departed, count);
    STAILQ_FOREACH(name, &notices->departed, departed_entry)
        notice_add(&notice, name->text, NULL);
    int error = notice_send(&notice, room, NULL);
    if (!error)
        forget_departed(notices);
    return error;
}

/* Whether the client has got its first name, or another one. */
static bool is_of_kind(const struct client *client, const struct wording *kind)
{
    if (!client->announced)
        return kind == &notice_arrived;
    return kind == &notice_renamed && strcmp(client->announced, client->name) != 0;
}

static int tell_changes(struct room *room, const struct wording *kind)
{
    struct notice notice;
    struct client *client, *next, *last = NULL;
    size_t count = 0;
    TAILQ_FOREACH(client, &room->notices.changes, change_entry)
        if (is_of_kind(client, kind) && ++count)
            last = client;
    if (count == 0)
        return 0;
    notice_open(&notice, kind, count);
    TAILQ_FOREACH(client, &room->notices.changes, change_entry)
        if (is_of_kind(client, kind))
            notice_add(&notice, client->announced, client->name);
    int error = notice_send(&notice, room, count == 1 ? last->socket : NULL);
    for (client = TAILQ_FIRST(&room->notices.changes); client && !error; client = next) {
        next = TAILQ_NEXT(client, change_entry);
        if (is_of_kind(client, kind))
            notices_settle(client);
    }
    return error;
}

static int tell_size(struct room *room)
{
    struct notice notice;
    bool crowded = is_crowded(room);
    if (crowded == room->notices.is_crowded)
        return 0;
    notice_open(&notice, crowded ? &notice_crowd_began : &notice_crowd_ended, 0);
    int error = notice_send(&notice, room, NULL);
    if (!error)
        room->notices.is_crowded = crowded;
    return error;
}

static int tell_count(struct room *room)
{
    char text[32];
    if (!is_count_old(room))
        return 0;
    int size = snprintf(text, sizeof(text), "count\t%zu", room->count);
    int error = websocket_room_send(&room->members[FORM_PAGE], NULL, text, (size_t)size);
    if (!error)
        room->notices.count = room->count;
    return error;
}

/* Departures first: another client may have taken the name since. */
static int tell_all(struct room *room)
{
    int error = tell_size(room);
    if (!error && !room->notices.is_crowded)
        error = tell_departures(room);
    if (!error && !room->notices.is_crowded)
        error = tell_changes(room, &notice_renamed);
    if (!error && !room->notices.is_crowded)
        error = tell_changes(room, &notice_arrived);
    if (!error)
        error = tell_count(room);
    if (!error)
        settle_all(room);
    return error;
}

static void start_timer(struct room *room, double seconds)
{
    uv_loop_t *loop = room->server->loop;
    if (loop)
        loop_timer_start(loop, &room->notices.timer, loop_deadline(loop, seconds));
}

void notices_flush(struct room *room)
{
    if (!has_news(room))
        return;
    if (room->server->loop)
        loop_timer_stop(room->server->loop, &room->notices.timer);
    if (tell_all(room))
        start_timer(room, RETRY_SECONDS);
}

static void flush_later(void *room)
{
    notices_flush(room);
}

/* Sends what has been noted, now or when it is time for another notice. */
static void schedule(struct room *room)
{
    struct notices *notices = &room->notices;
    uv_loop_t *loop = room->server->loop;
    if (notices->timer.place != 0 || !has_news(room))
        return;
    double delay = loop ? rate_spend(&notices->rate, 1, NOTICES_PER_SECOND, loop_now(loop)) : 0;
    if (delay > 0)
        start_timer(room, delay);
    if (notices->timer.place == 0)
        notices_flush(room);
}

/*
 * Noting
 */

void notices_init(struct room *room)
{
    TAILQ_INIT(&room->notices.changes);
    STAILQ_INIT(&room->notices.departed);
    room->notices.timer = (struct loop_timer){.run = flush_later, .argument = room};
}

void notices_note_change(struct client *client)
{
    struct room *room = client->room;
    if (!client->is_noted)
        TAILQ_INSERT_TAIL(&room->notices.changes, client, change_entry);
    client->is_noted = true;
    if (room->notices.is_crowded || room->count == 1)
        notices_settle(client);
    schedule(room);
}

void notices_note_departure(struct room *room, struct client *client)
{
    struct notices *notices = &room->notices;
    if (client->is_noted)
        TAILQ_REMOVE(&notices->changes, client, change_entry);
    client->is_noted = false;
    if (client->announced)
        STAILQ_INSERT_TAIL(&notices->departed, name_of(client->announced), departed_entry);
    client->announced = NULL;
    if (notices->is_crowded || room->count == 0 || room->server->closing)
        settle_all(room);
    schedule(room);
}

void notices_note_size(struct room *room)
{
    if (room->members[FORM_PAGE].count == 0)
        room->notices.count = room->count; /* the first page will ask */
    schedule(room);
}

void notices_clear(struct room *room)
{
    settle_all(room);
    if (room->server->loop)
        loop_timer_stop(room->server->loop, &room->notices.timer);
}
