/* Connects to Redis, reads what was missed, follows the stream, and starts over when the connection
 * breaks. */
#include "04-chat-server/cluster/cluster.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/private.h"
#include "04-chat-server/cluster/tls.h"

#define WRITER_PATIENCE 2.0
#define READER_PATIENCE 5.0
#define MIN_PAUSE 0.1 /* seconds between two attempts */
#define MAX_PAUSE 5.0
#define BYE_SECONDS 1.0

/*
 * Connecting
 */

static int open_connections(struct cluster *cluster)
{
    cluster->epoch++;
    int error = redis_open(&cluster->writer, &cluster->url);
    if (!error)
        error = redis_open(&cluster->reader, &cluster->url);
    if (!error)
        error = stream_check(cluster);
    if (!error)
        error = trim_begin(cluster);
    return error;
}

/* Writes 16 random digits. */
static void make_id(char id[SERVER_ID_SIZE])
{
    uint64_t random = 0;
    if (uv_random(NULL, NULL, &random, sizeof(random), 0, NULL) != 0)
        random = uv_hrtime() ^ (uint64_t)uv_os_getpid() << 48;
    snprintf(id, SERVER_ID_SIZE, "%016llx", (unsigned long long)random);
}

/* After a forged entry with this server's id, the other servers may ignore this server's entries as
 * repeated ones. So it takes a new id. It ignores entries with the old id from now on: those that
 * it has not read back are still in the outbox, and will be written again. Waits. Returns 0 or an
 * error.
 */
static int change_id(struct cluster *cluster)
{
    struct peer *old = peer_find(cluster, cluster->self.id);
    int error = redis_call(&cluster->writer, NULL, NULL, "DEL " SERVER_KEY "%s", cluster->self.id);
    if (error)
        return error;
    if (old)
        old->last = UINT64_MAX;
    make_id(cluster->self.id);
    cluster->confirmed = 0;
    cluster->is_forged = false;
    return 0;
}

static void come_back(struct cluster *cluster)
{
    cluster->is_ready = true;
    cluster->attempts = 0;
    cluster->problem = 0;
    loop_timer_stop(cluster->loop, &cluster->notice);
    log_printf(&cluster->server->log, "%s", tr("Redis: conectado", "Redis: connected"));
    if (cluster->is_away_announced)
        rooms_announce(cluster->server, "Os outros servidores estão ao alcance de novo.",
            "The other servers can be reached again.");
    cluster->is_away_announced = false;
    outbox_resend(cluster);
    outbox_add(cluster, (struct entry){.kind = ENTRY_HELLO}, NULL);
    lists_post(cluster, false);
    beat_start(cluster);
}

static int run_until_outage(struct cluster *cluster)
{
    int error = open_connections(cluster);
    if (!error && cluster->is_forged)
        error = change_id(cluster);
    if (!error)
        error = stream_catch_up(cluster);
    if (!error)
        error = beat_begin(cluster);
    if (!error)
        error = script_enroll(cluster);
    if (!error)
        come_back(cluster);
    while (error >= 0 && cluster->is_ready)
        error = stream_follow(cluster);
    return error;
}

/*
 * Outages
 */

static void on_lost_writer(void *cluster)
{
    outage_begin(cluster, UV_ECONNRESET);
}

#define NOTICE_AFTER 1.0 /* seconds: clients are not told of a shorter outage */

static void go_away(struct cluster *cluster, int error)
{
    bool was_ready = cluster->is_ready;
    outage_note(cluster, error);
    beat_stop(cluster);
    loop_timer_stop(cluster->loop, &cluster->answer);
    cluster->is_ready = false;
    redis_close(&cluster->reader);
    redis_close(&cluster->writer);
    if (was_ready) {
        cluster->outages++;
        cluster->away_since = loop_now(cluster->loop);
        outbox_apply_all(cluster);
    }
    if ((was_ready || cluster->attempts == 0) && cluster->notice.place == 0)
        loop_timer_start(
            cluster->loop, &cluster->notice, loop_deadline(cluster->loop, NOTICE_AFTER));
}

/* The pause doubles with each attempt. A part of it is random, so that the servers do not all
 * reconnect at the same moment. */
static double pause_of(unsigned attempts)
{
    unsigned random = 0;
    double pause = MIN_PAUSE * (double)(1U << (attempts < 10 ? attempts : 10));
    uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
    return (pause < MAX_PAUSE ? pause : MAX_PAUSE) * (0.5 + random % 1000 / 2000.0);
}

static void say_bye(struct cluster *cluster)
{
    struct scope scope;
    if (cluster->is_ready && scope_enter_shielded(&scope, BYE_SECONDS) == 0) {
        script_say_bye(cluster);
        scope_leave(&scope, 0);
    }
    beat_stop(cluster);
    loop_timer_stop(cluster->loop, &cluster->notice);
    loop_timer_stop(cluster->loop, &cluster->answer);
    loop_timer_stop(cluster->loop, &cluster->loss);
    cluster->is_ready = false;
    redis_close(&cluster->reader);
    redis_close(&cluster->writer);
}

int cluster_run(void *argument)
{
    struct cluster *cluster = argument;
    int error = 0;
    cluster->loop = task_loop();
    cluster->away_since = loop_now(cluster->loop);
    while (!task_cancelled()) {
        error = run_until_outage(cluster);
        if (task_cancelled())
            break;
        go_away(cluster, error);
        task_sleep(pause_of(cluster->attempts++));
    }
    say_bye(cluster);
    return task_cancelled();
}

/*
 * Creating and freeing
 */

static void init(struct cluster *cluster, struct server *server)
{
    cluster->relay = cluster_relay;
    cluster->server = server;
    TAILQ_INIT(&cluster->outbox);
    TAILQ_INIT(&cluster->locals);
    TAILQ_INIT(&cluster->peers);
    TAILQ_INIT(&cluster->self.people);
    make_id(cluster->self.id);
    cluster->writer.patience = WRITER_PATIENCE;
    cluster->writer.lost = on_lost_writer;
    cluster->writer.argument = cluster;
    cluster->reader.patience = READER_PATIENCE;
    cluster->notice = (struct loop_timer){.run = outage_announce, .argument = cluster};
    cluster->answer = (struct loop_timer){.run = lists_answer, .argument = cluster};
    cluster->loss = (struct loop_timer){.run = loss_tell, .argument = cluster};
    cluster->recount = (struct loop_callback){.run = beat_recount, .argument = cluster};
}

int cluster_open(struct cluster **result, const char *url, bool is_required, struct server *server)
{
    struct cluster *cluster = calloc(1, sizeof(*cluster));
    if (!cluster)
        return UV_ENOMEM;
    init(cluster, server);
    cluster->is_required = is_required;
    int error = redis_url_parse(&cluster->url, url);
    if (!error && cluster->url.is_tls)
        error = redis_tls_make(&cluster->tls);
    if (error) {
        redis_url_free(&cluster->url);
        free(cluster);
        return error;
    }
    cluster->writer.tls = cluster->reader.tls = cluster->tls;
    signal(SIGPIPE, SIG_IGN); /* hiredis may write to a closed connection */
    server->relay = &cluster->relay;
    *result = cluster;
    return 0;
}

void cluster_free(struct cluster *cluster)
{
    if (!cluster)
        return;
    cluster->server->relay = NULL;
    peers_free(cluster);
    outbox_free(cluster);
    redis_url_free(&cluster->url);
    redis_tls_free(cluster->tls);
    free(cluster);
}
