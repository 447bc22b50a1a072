/* How an outage begins, and who is told of it. */
#include <string.h>

#include "04-chat-server/cluster/private.h"

void outage_begin(struct cluster *cluster, int error)
{
    if (!cluster->is_ready || cluster->problem)
        return;
    cluster->problem = error;
    snprintf(cluster->reason, sizeof(cluster->reason), "%s", cluster->writer.problem);
    redis_close(&cluster->reader); /* makes stream_follow return */
}

void outage_note(struct cluster *cluster, int error)
{
    char before[sizeof(cluster->reason)];
    char text[PROBLEM_SIZE + 256];
    snprintf(before, sizeof(before), "%s", cluster->reason);
    if (!cluster->is_ready || !cluster->problem) { /* otherwise outage_begin has stored it */
        const struct redis *redis = *cluster->writer.problem ? &cluster->writer : &cluster->reader;
        cluster->problem = error;
        snprintf(cluster->reason, sizeof(cluster->reason), "%s", redis->problem);
    }
    if (!cluster->is_ready && cluster->attempts > 0 && strcmp(before, cluster->reason) == 0)
        return; /* it has been logged already */
    report_problem(cluster, text, sizeof(text));
    log_printf(&cluster->server->log,
        tr("Redis: %s. Só os clientes deste servidor se falam.",
            "Redis: %s. Clients of this server can only talk to each other."),
        text);
}

void outage_announce(void *argument)
{
    struct cluster *cluster = argument;
    cluster->is_away_announced = true;
    rooms_announce(cluster->server,
        "Os outros servidores estão fora de alcance. Por ora, só quem está neste recebe as "
        "mensagens; os outros as recebem depois.",
        "The other servers cannot be reached. For now, only people on this server get your "
        "messages; the others get them later.");
}
