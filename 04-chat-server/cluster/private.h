/*
 * Declarations that the files of this folder share. Read cluster.c first, then outbox.c and
 * people.c.
 */
#pragma once

#include "04-chat-server/cluster/cluster.h"
#include "04-chat-server/cluster/entry.h"
#include "04-chat-server/cluster/redis.h"

#define STREAM_KEY "{chat}:stream"
#define NAMES_KEY "{chat}:names"      /* a hash: a name in lower case, its server and epoch */
#define SERVER_KEY "{chat}:server:"   /* followed by the server's id; expires unless renewed */
#define SERVER_EXPIRES 5000           /* ms */
#define BEAT_SECONDS 2.0              /* between two renewals of the server's key */
#define NAMES_IN_ENTRY 200            /* in one entry of the kind ENTRY_HERE */
#define MAX_OUTBOX ((size_t)16 << 20) /* bytes of entries that wait for Redis */

/* Another server. struct cluster has one more peer, self, for this server. */
struct peer {
    char id[SERVER_ID_SIZE];
    uint64_t last;    /* number of its last entry that was read, to recognize repeated entries */
    uint64_t read_at; /* when this server read that entry, in ms of the loop's clock */
    bool is_alive;
    bool has_key;    /* Redis has had a key for it */
    unsigned missed; /* consecutive beats at which its key was missing */
    size_t clients;
    TAILQ_HEAD(, person) people;
    TAILQ_ENTRY(peer) entry;
};

/* A client of another server that has a name. Or a client of this server that has left: its person
 * stays until this server reads back the entry that says so. */
struct person {
    struct client client;
    struct peer *peer;
    bool is_stale; /* not yet found in the list of names that is being read */
    TAILQ_ENTRY(person) entry;
};

/* An entry of this server that it has not yet written to the stream, or not yet read back. */
struct post {
    struct entry entry;
    struct client *origin; /* the client that caused it; NULL: none, or it has left */
    struct future *waiter; /* set when the entry is applied or refused; NULL: nobody waits */
    bool is_applied;       /* delivered to this server's clients, because Redis was away */
    size_t bytes;
    TAILQ_ENTRY(post) link;
};

/* For each MiB of entries that were read, the id of its last entry: a ring of the newest ids. */
#define MAX_MARKS 256
struct trim {
    struct entry_id marks[MAX_MARKS];
    size_t count; /* of all marks so far */
    size_t bytes; /* read since the newest mark */
};

struct cluster {
    struct relay relay; /* the first member, because the chat knows only the relay */
    struct server *server;
    struct redis_url url;
    void *tls;
    uv_loop_t *loop;
    struct redis writer, reader;
    bool is_required;       /* without Redis, /healthz answers 503 */
    bool is_ready;          /* connected, and everything that was missed has been read */
    bool has_read;          /* this server has read the stream to its end at least once */
    bool is_history;        /* messages before deliver_from are only stored for /historico */
    bool is_away_announced; /* clients have been told of the outage */
    unsigned epoch;         /* number of this connection; scripts of earlier ones have no effect */
    unsigned attempts;      /* failed attempts to connect since the last success */
    unsigned generation;    /* changes when a peer is removed */
    int problem;            /* the reason of the last outage, or 0 */
    char reason[PROBLEM_SIZE]; /* the same in Redis' words */
    uint64_t away_since;       /* ms of the loop's clock */
    uint64_t deliver_from;     /* ms of Redis' clock */
    struct entry_id cursor;    /* the last entry that was read */
    struct trim trim;
    unsigned yielding_reads; /* reads after which this server stops yielding (stream.c) */
    struct peer self;        /* its people are clients that have left */
    /* Numbers of this server's entries: */
    uint64_t number;    /* the newest entry */
    uint64_t confirmed; /* the last entry that was read back */
    uint64_t dropped;   /* the last entry that was dropped because the outbox was full */
    uint64_t previous;  /* the last entry that was sent: the next entry's field "after" */
    bool is_forged; /* the stream contains an entry with this server's id that it has not written */
    uint64_t lost_since;   /* ms of the loop's clock: entries written since then are missing */
    uint64_t silent_until; /* ms: until then clients are not told of losses again */
    TAILQ_HEAD(posts, post) outbox;
    size_t outbox_bytes;
    uint64_t first_number;       /* of the first entry of the outbox, at the last beat */
    unsigned stuck_beats;        /* beats with the same first entry, each with has_caught_up */
    bool has_caught_up;          /* since the last beat, the stream was read to its end */
    TAILQ_HEAD(, client) locals; /* clients of this server with a name */
    TAILQ_HEAD(, peer) peers;
    size_t peer_count;
    unsigned answer_tries; /* how often the list of names was postponed (lists_answer) */
    struct loop_timer beat, answer, notice, loss;
    struct loop_callback recount;
    unsigned long long posted, read, invalid, duplicates, lost, losses, outages;
};

/*
 * outage.c
 */

/* Begins an outage for that reason, a libuv error. Does nothing if one has begun. */
void outage_begin(struct cluster *cluster, int error);

/* Notes the reason, unless outage_begin has, and writes a new one to the log. */
void outage_note(struct cluster *cluster, int error);

/* A callback of the loop: tells the clients that the other servers are out of reach. */
void outage_announce(void *cluster);

/*
 * stream.c
 */

/* Checks whether the stream is still the one that this server has read, and whether entries were
 * trimmed that it has not read. Waits. Returns 0 or an error: UV_ENOENT if Redis has lost the
 * stream since this server has become ready. */
int stream_check(struct cluster *cluster);

/* Reads what was missed, up to the end of the stream. Waits. Returns 0 or an error. */
int stream_catch_up(struct cluster *cluster);

/* Waits for the next entries, for 2 seconds at most, and applies them. Returns their number or an
 * error. */
int stream_follow(struct cluster *cluster);

/*
 * trim.c: how much stays in the stream
 */

/* Counts the bytes of an entry that was read. After each MiB, trims the stream. */
void trim_note(struct cluster *cluster, const redisReply *entry);

/* Forgets the count, because the stream will be read from the beginning. */
void trim_reset(struct cluster *cluster);

/* If Redis' memory was full, trims the stream to 32 MiB. Otherwise trims nothing, and only checks
 * that Redis knows this form of XTRIM. Waits. Returns 0 or an error. */
int trim_begin(struct cluster *cluster);

/*
 * loss.c
 */

/* Notes that entries which other servers wrote after that time (ms of the loop's clock) are
 * missing. Half a second later this server tells its clients, and asks the other servers for all
 * names. */
void loss_note(struct cluster *cluster, uint64_t since);

/* The callback of the timer that loss_note starts. */
void loss_tell(void *cluster);

/*
 * outbox.c
 */

/* Copies the entry with its texts, and writes it to the stream; during an outage, stores it until
 * Redis is back. origin is the client that caused the entry, or NULL. Returns NULL if out of
 * memory, or if the outbox is full. */
struct post *outbox_add(struct cluster *cluster, struct entry entry, struct client *origin);

/* Delivers the entry of that number to this server's clients, and removes it from the outbox.
 * Returns false if the outbox has no such entry. */
bool outbox_confirm(struct cluster *cluster, uint64_t number);

/* Refuses the name that the entry of that number asks for. Does nothing if there is no such entry.
 */
void outbox_refuse(struct cluster *cluster, uint64_t number);

/* Returns the client's newest undelivered entry, or NULL. */
struct post *outbox_last_of(const struct cluster *cluster, const struct client *client);

/* Whether a client is waiting for a name, or for this name. */
bool outbox_has_names(const struct cluster *cluster);
bool outbox_has_name(const struct cluster *cluster, const char *name);

/* Forgets the client, which is about to be freed. */
void outbox_forget_client(struct cluster *cluster, const struct client *client);

/* When Redis goes away, delivers all entries to this server's clients. Entries that other servers
 * need stay in the outbox. */
void outbox_apply_all(struct cluster *cluster);

/* When Redis is back, writes the entries in the outbox again. */
void outbox_resend(struct cluster *cluster);

void outbox_free(struct cluster *cluster);

/*
 * relay.c: what the chat calls
 */

extern const struct relay cluster_relay;

/*
 * peers.c: the other servers
 */

/* Finds the server of that id, or adds it. Returns NULL if out of memory, or if there are too many.
 */
struct peer *peer_find(struct cluster *cluster, const char *id);

/* Removes the clients of a server that is gone. The peer stays in the list, because it holds the
 * number of that server's last entry. */
void peer_bury(struct peer *peer);

/* Removes all peers, and the clients of this server that have left. */
void peers_free(struct cluster *cluster);

/*
 * people.c: clients of other servers
 */

/* Notes that the peer has a client with the entry's name in the entry's room. The entry's other is
 * the name that the client had before, or "". If is_silent, the room gets no notice. */
void people_put(
    struct cluster *cluster, struct peer *peer, const struct entry *entry, bool is_silent);

/* If the entry is a message, delivers it to this server's clients, but not to except (NULL: to
 * all). If the entry says that a client of the peer has left, removes that client. */
void people_deliver(struct cluster *cluster, struct peer *peer, const struct entry *entry,
    struct websocket *except);

/* When a client of this server leaves, moves its name to a person, which stays until this server
 * reads back the entry about the departure. Returns NULL if out of memory; then the client leaves
 * the room at once. */
struct person *people_keep(struct cluster *cluster, struct client *client);

/* Makes the person leave its room, and frees it. */
void person_remove(struct person *person);

/* Add a client of this server to the list of clients with a name, or remove it from the list. */
void local_add(struct cluster *cluster, struct client *client);
void local_remove(struct cluster *cluster, struct client *client);

/* Takes the name away from a client of this server, because another server's client owns it, and
 * tells the client. */
void local_lose_name(struct cluster *cluster, struct client *client);

/*
 * lists.c: the names of all clients of a server
 */

/* Writes entries with the names of all clients of this server. is_answer: another server has asked.
 */
void lists_post(struct cluster *cluster, bool is_answer);

/* Another server has asked for the list: lists_expect_answer starts a timer, and lists_answer, the
 * timer's callback, posts the list. */
void lists_expect_answer(struct cluster *cluster);
void lists_answer(void *cluster);

/* Applies an entry with a part of a peer's list. */
void lists_apply(struct cluster *cluster, struct peer *peer, const struct entry *entry);

/*
 * scripts.c: what Redis does in one step
 */

/* Send a post of the kind ENTRY_NAME, and one of the kind ENTRY_LEFT. */
void script_send_name(struct cluster *cluster, const struct post *post);
void script_send_left(struct cluster *cluster, const struct post *post);

/* Claims the names of this server's clients after an outage. Clients whose names now belong to
 * clients of other servers lose them. Removes from Redis the names that nobody has any more. Waits.
 * Returns 0 or an error. */
int script_enroll(struct cluster *cluster);

/* Gives up all names, and tells the other servers that this one shuts down. Waits. */
void script_say_bye(struct cluster *cluster);

/*
 * beat.c: which servers are alive, and how many clients they have
 */

/* beat_begin sets this server's key, and waits; it returns 0 or an error. From beat_start to
 * beat_stop the key is renewed at each beat. */
int beat_begin(struct cluster *cluster);
void beat_start(struct cluster *cluster);
void beat_stop(struct cluster *cluster);

/* A callback: writes the new number of clients into this server's key. */
void beat_recount(void *cluster);

/* Asks Redis for the numbers of clients, waits, and returns the number of all servers' clients;
 * while Redis is away, that of this server. */
size_t beat_count(struct cluster *cluster);

/*
 * report.c: the state of the cluster, for the log, /healthz and /metrics
 */

/* Describes the reason of the last outage in the user's language. */
void report_problem(const struct cluster *cluster, char *text, size_t size);

/* The functions of struct relay (chat.h). */
bool report_is_well(const struct relay *relay);
void report_health(const struct relay *relay, FILE *health);
void report_metrics(const struct relay *relay, FILE *metrics);
