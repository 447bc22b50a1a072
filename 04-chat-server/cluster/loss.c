/* Tells the clients that messages are lost: entries of other servers were trimmed or deleted before
 * this server read them, or Redis has lost its data. */
#include <stdio.h>

#include "04-chat-server/cluster/private.h"

#define WAIT_SECONDS 0.5 /* so that there is one notice for several losses */
#define SILENCE_MS 60000 /* between two notices to the clients */

static void tell_clients(struct cluster *cluster, unsigned long long seconds)
{
    char portuguese[256], english[256];
    snprintf(portuguese, sizeof(portuguese),
        "Algumas mensagens dos últimos %llu segundos se perderam. /historico mostra as que restam.",
        seconds);
    snprintf(english, sizeof(english),
        "Some messages from the last %llu seconds were lost. /history shows those that remain.",
        seconds);
    rooms_announce(cluster->server, portuguese, english);
}

void loss_tell(void *argument)
{
    struct cluster *cluster = argument;
    uint64_t now = loop_now(cluster->loop);
    unsigned long long seconds = (now - cluster->lost_since) / 1000 + 1;
    log_printf(&cluster->server->log,
        tr("Redis: perderam-se mensagens de outros servidores, dos últimos %llu segundos",
            "Redis: messages of the last %llu seconds from other servers were lost"),
        seconds);
    if (now >= cluster->silent_until) {
        tell_clients(cluster, seconds);
        cluster->silent_until = now + SILENCE_MS;
    }
    if (cluster->is_ready) /* otherwise come_back asks for the names */
        outbox_add(cluster, (struct entry){.kind = ENTRY_HELLO}, NULL);
}

void loss_note(struct cluster *cluster, uint64_t since)
{
    cluster->losses++;
    if (cluster->loss.place != 0) {
        if (since < cluster->lost_since)
            cluster->lost_since = since;
        return;
    }
    cluster->lost_since = since;
    loop_timer_start(cluster->loop, &cluster->loss, loop_deadline(cluster->loop, WAIT_SECONDS));
}
