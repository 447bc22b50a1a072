/* What people are told of Redis: in the log, at /healthz and at /metrics. */
#include <stdio.h>

#include "04-chat-server/cluster/private.h"

static const char *describe(int error)
{
    switch (error) {
    case UV_EACCES:
        return tr("recusou a senha, o usuário ou um comando deste",
            "refused the password, the user or a command of that user");
    case UV_ENOSYS:
        return tr("versão velha demais: é preciso a 5.0 ou uma mais nova",
            "version too old: 5.0 or a newer one is needed");
    case UV_ENOSPC:
        return tr("sem memória (maxmemory)", "out of memory (maxmemory)");
    case UV_EROFS:
        return tr("é uma réplica, em que não se escreve", "it is a replica, which takes no writes");
    case UV_EPROTOTYPE:
        return tr("as chaves {chat}:* são de outro tipo: use um outro banco de dados",
            "the keys {chat}:* are of another type: use another database");
    case UV_EBUSY:
        return tr("está carregando os dados", "is loading its data");
    case UV_EIO:
        return tr("não consegue gravar no seu disco", "cannot write to its disk");
    case UV_ENOENT:
        return tr("perdeu o que este servidor escreveu", "has lost what this server wrote");
    case UV_EPROTO:
        return tr("respondeu o que não devia", "gave an unexpected answer");
    case UV_ESRCH:
        return tr("este servidor demorou e foi dado por encerrado",
            "this server was late and was taken for gone");
    default:
        return tr("fora de alcance", "cannot be reached");
    }
}

void report_problem(const struct cluster *cluster, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s", describe(cluster->problem), *cluster->reason ? " (" : "",
        cluster->reason, *cluster->reason ? ")" : "");
}

void report_metrics(const struct relay *relay, FILE *metrics)
{
    const struct cluster *cluster = (const struct cluster *)relay;
    const struct peer *peer;
    size_t servers = 1, clients = cluster->server->connected;
    TAILQ_FOREACH(peer, &cluster->peers, entry) {
        servers += peer->is_alive;
        clients += peer->clients;
    }
    const struct {
        const char *name, *type, *help;
        unsigned long long value;
    } rows[] = {
        {"connected", "gauge", "1 while Redis is there.", cluster->is_ready},
        {"servers", "gauge", "Servers, this one too.", servers},
        {"clients", "gauge", "Clients of all servers, at most 2 s old.", clients},
        {"pending_bytes", "gauge", "What waits to be read back from Redis.", cluster->outbox_bytes},
        {"written_total", "counter", "Entries that this server wrote.", cluster->posted},
        {"read_total", "counter", "Entries that this server read.", cluster->read},
        {"invalid_total", "counter", "Entries that were no valid ones.", cluster->invalid},
        {"duplicates_total", "counter", "Entries that had been read before.", cluster->duplicates},
        {"lost_total", "counter", "Messages that waited for Redis and were given up.",
            cluster->lost},
        {"outages_total", "counter", "How often Redis went away.", cluster->outages},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(metrics,
            "# HELP chat_cluster_%s %s\n# TYPE chat_cluster_%s %s\nchat_cluster_%s %llu\n",
            rows[i].name, rows[i].help, rows[i].name, rows[i].type, rows[i].name, rows[i].value);
}

bool report_health(const struct relay *relay, FILE *health)
{
    const struct cluster *cluster = (const struct cluster *)relay;
    char text[512];
    report_problem(cluster, text, sizeof(text));
    if (cluster->is_ready)
        fputs("redis: ok\n", health);
    else
        fprintf(health, "redis: %s\n", cluster->problem ? text : tr("conectando", "connecting"));
    return cluster->is_ready || !cluster->is_required;
}
