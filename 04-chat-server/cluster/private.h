/*
 * What the files of this folder share. The reading order: cluster.c, outbox.c, people.c.
 */
#pragma once

#include "04-chat-server/cluster/cluster.h"
#include "04-chat-server/cluster/entry.h"
#include "04-chat-server/cluster/redis.h"

#define STREAM_KEY "{chat}:stream"
#define NAMES_KEY "{chat}:names"      /* a hash: a name in lower case, its server and epoch */
#define SERVER_KEY "{chat}:server:"   /* and the server's id: it expires when the server is gone */
#define SERVER_EXPIRES 5000           /* ms */
#define BEAT_SECONDS 2.0              /* between two renewals of the server's key */
#define NAMES_IN_ENTRY 200            /* of the kind ENTRY_HERE */
#define MAX_OUTBOX ((size_t)16 << 20) /* bytes that wait for Redis */

/* Another server, or this one. */
struct peer {
    char id[SERVER_ID_SIZE];
    uint64_t last;    /* number of its last entry that was read: an entry may come twice */
    uint64_t read_at; /* when that was, in ms of the loop's clock */
    bool is_alive;
    bool has_key;    /* it has been seen */
    unsigned missed; /* beats in a row at which its key was missing */
    size_t clients;
    TAILQ_HEAD(, person) people;
    TAILQ_ENTRY(peer) entry;
};

/* A client with a name of another server; or one of this server that has left, until all servers
 * have read so. */
struct person {
    struct client client;
    struct peer *peer;
    bool is_stale; /* not in the list that its server is sending */
    TAILQ_ENTRY(person) entry;
};

/* An entry that this server has to write, or has written and not read yet. */
struct post {
    struct entry entry;
    struct client *origin; /* NULL: it has left */
    struct future *waiter; /* of a client that waits for its name or its message, or NULL */
    bool is_applied;       /* this server's clients have got it, while Redis was away */
    size_t bytes;
    TAILQ_ENTRY(post) link;
};

/* Where each MiB of the stream that was read ends: the newest marks, in a ring. */
#define MAX_MARKS 256
struct trim {
    struct entry_id marks[MAX_MARKS];
    size_t count; /* of the marks so far */
    size_t bytes; /* read after the newest mark */
};

struct cluster {
    struct relay relay; /* first: the chat knows only that */
    struct server *server;
    struct redis_url url;
    void *tls;
    uv_loop_t *loop;
    struct redis writer, reader;
    bool is_required;          /* without Redis, /healthz answers 503 */
    bool is_ready;             /* Redis is there, and all that was missed has been read */
    bool has_read;             /* the stream, once to its end */
    bool is_history;           /* what is read now is old: it is remembered and not delivered */
    bool is_away_announced;    /* clients have been told of the outage */
    unsigned epoch;            /* connections so far; commands of an earlier one have no effect */
    unsigned attempts;         /* to connect, in a row */
    unsigned generation;       /* of the list of peers */
    int problem;               /* the reason of the last outage, or 0 */
    char reason[PROBLEM_SIZE]; /* the same in Redis' words */
    uint64_t away_since;       /* ms of the loop's clock */
    uint64_t deliver_from;     /* ms of Redis' clock: what is newer is delivered all the same */
    struct entry_id cursor;    /* the last entry that was read */
    struct trim trim;
    struct peer self;      /* its people have left, and not all servers have read so */
    uint64_t number;       /* of the last entry of this server */
    uint64_t confirmed;    /* of the last one that was read back */
    uint64_t dropped;      /* of the last one that was given up because too much waited */
    uint64_t previous;     /* of the last one that was sent, or dropped before it */
    bool is_forged;        /* an entry has this server's id and is not this server's */
    uint64_t lost_since;   /* ms of the loop's clock: entries of others are missing since then */
    uint64_t silent_until; /* clients are not told again of losses before */
    TAILQ_HEAD(posts, post) outbox;
    size_t outbox_bytes;
    uint64_t first_number;       /* of the outbox, at the last beat */
    unsigned stuck_beats;        /* for which it has been the first */
    TAILQ_HEAD(, client) locals; /* clients of this server with a name */
    TAILQ_HEAD(, peer) peers;
    size_t peer_count;
    unsigned answer_tries; /* to post the list of names while names were under way */
    struct loop_timer beat, answer, notice, loss;
    struct loop_callback recount;
    unsigned long long posted, read, invalid, duplicates, lost, losses, outages;
};

/*
 * cluster.c
 */

/* Treats the connection as broken, which begins an outage. */
void cluster_break(struct cluster *cluster, int error);

/*
 * stream.c
 */

/* Checks whether the stream is still the one that this server has read, and whether entries were
 * trimmed that it has not read. Waits. Returns 0 or an error: UV_ENOENT if Redis has lost the
 * stream since this server has become ready. */
int stream_check(struct cluster *cluster);

/* Reads what was missed, up to the end of the stream. Waits. Returns 0 or an error. */
int stream_catch_up(struct cluster *cluster);

/* Waits for the next entries, for some seconds at most, and does what they say. Returns their
 * number or an error. */
int stream_follow(struct cluster *cluster);

/*
 * trim.c: how much stays in the stream
 */

/* Counts an entry that was read, and now and then trims the stream. */
void trim_note(struct cluster *cluster, const redisReply *entry);

/* Forgets what was counted, before the stream is read from the beginning. */
void trim_reset(struct cluster *cluster);

/* Trims the stream as far as allowed if Redis' memory was full; otherwise only finds out whether
 * Redis can do it. Waits. Returns 0 or an error. */
int trim_begin(struct cluster *cluster);

/*
 * loss.c
 */

/* Notes that entries of other servers are missing, written since then, in ms of the loop's clock.
 * In a moment this server tells its clients so, and asks for all names. */
void loss_note(struct cluster *cluster, uint64_t since);

/* The callback of a timer. */
void loss_tell(void *cluster);

/*
 * outbox.c
 */

/* Writes an entry, now or after the outage, with copies of the texts. Returns NULL if out of memory
 * or if too much waits. */
struct post *outbox_add(struct cluster *cluster, struct entry entry, struct client *origin);

/* Lets this server's clients have the entry, and removes it. Returns false if the number is none of
 * the outbox. */
bool outbox_confirm(struct cluster *cluster, uint64_t number);

/* Refuses the name that the entry of that number asks for. */
void outbox_refuse(struct cluster *cluster, uint64_t number);

/* Returns the newest entry of the client that has not been delivered, or NULL. */
struct post *outbox_last_of(const struct cluster *cluster, const struct client *client);

/* Whether clients are waiting for names; for that name. */
bool outbox_has_names(const struct cluster *cluster);
bool outbox_has_name(const struct cluster *cluster, const char *name);

/* Forgets the client, which is about to be freed. */
void outbox_forget_client(struct cluster *cluster, const struct client *client);

/* Delivers all entries to this server's clients. Those that other servers need stay in the outbox.
 */
void outbox_apply_all(struct cluster *cluster);

void outbox_resend(struct cluster *cluster);
void outbox_free(struct cluster *cluster);

/*
 * relay.c: what the chat calls
 */

extern const struct relay cluster_relay;

/*
 * peers.c: the other servers
 */

/* Finds a server, or adds it; NULL if out of memory, or if there are too many. */
struct peer *peer_find(struct cluster *cluster, const char *id);

/* Makes the peer's clients leave. */
void peer_bury(struct peer *peer);

void peer_remove(struct cluster *cluster, struct peer *peer);

/*
 * people.c: clients of other servers
 */

/* The peer has a client of that name in that room; other is the name that it had before, or "". If
 * is_silent, the room is not told. */
void people_put(
    struct cluster *cluster, struct peer *peer, const struct entry *entry, bool is_silent);

/* Delivers a message to this server's clients, without the one at except, or removes a client of
 * the peer that has left. */
void people_deliver(struct cluster *cluster, struct peer *peer, const struct entry *entry,
    struct websocket *except);

/* Does what another server's entry says. */
void people_apply(struct cluster *cluster, struct peer *peer, const struct entry *entry);

/* Keeps the place of a client of this server, which is leaving, until its departure is read.
 * Returns NULL if out of memory: then it leaves at once. */
struct person *people_keep(struct cluster *cluster, struct client *client);

void person_remove(struct person *person);

/* Returns the person of that name and server, or NULL. */
struct person *person_find(struct cluster *cluster, const struct peer *peer, const char *name);

/* A client of this server has got a name; loses it to another server's client. */
void local_add(struct cluster *cluster, struct client *client);
void local_remove(struct cluster *cluster, struct client *client);
void local_lose_name(struct cluster *cluster, struct client *client);

void people_free(struct cluster *cluster);

/*
 * lists.c: the names of all clients of a server
 */

/* Writes entries with the names of all this server's clients. */
void lists_post(struct cluster *cluster, bool is_answer);

/* Answers in a moment a server that asks for the names; the callback of that timer. */
void lists_expect_answer(struct cluster *cluster);
void lists_answer(void *cluster);

/* Does what a peer's list says. */
void lists_apply(struct cluster *cluster, struct peer *peer, const struct entry *entry);

/*
 * scripts.c: what Redis does in one step
 */

/* Sends a post of the kind ENTRY_NAME or ENTRY_LEFT. */
void script_send_name(struct cluster *cluster, const struct post *post);
void script_send_left(struct cluster *cluster, const struct post *post);

/* Takes the names of this server's clients again, gives up those that they do not have any more and
 * removes those of servers that are gone. Clients whose names are another server's lose them.
 * Waits. Returns 0 or an error. */
int script_enroll(struct cluster *cluster);

/* Gives up all names, and tells the other servers. Waits. */
void script_say_bye(struct cluster *cluster);

/*
 * beat.c: which servers there are, and how many clients
 */

/* Sets this server's key; waits. Then it is renewed until beat_stop. */
int beat_begin(struct cluster *cluster);
void beat_start(struct cluster *cluster);
void beat_stop(struct cluster *cluster);

/* The number of clients has changed. */
void beat_recount(void *cluster);

/* Asks Redis for the number of clients of all servers. Waits. */
size_t beat_count(struct cluster *cluster);

/*
 * report.c: what people are told
 */

/* Describes the last problem in the user's language. */
void report_problem(const struct cluster *cluster, char *text, size_t size);

bool report_is_well(const struct relay *relay);
void report_health(const struct relay *relay, FILE *health);
void report_metrics(const struct relay *relay, FILE *metrics);
