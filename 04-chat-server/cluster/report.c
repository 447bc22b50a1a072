/* Describes the state of the cluster in the log, at /healthz and at /metrics. */
#include <stdio.h>

#include "04-chat-server/cluster/private.h"

static const struct {
    int error;
    const char *texts[2];
} problems[] = {
    {UV_EACCES, {"recusou a senha, o usuário ou um comando deste",
                    "refused the password, the user or a command of that user"}},
    {UV_ENOSYS, {"versão velha demais: é preciso a 6.2 ou uma mais nova",
                    "version too old: 6.2 or a newer one is needed"}},
    {UV_ENOSPC, {"sem memória (maxmemory)", "out of memory (maxmemory)"}},
    {UV_EROFS, {"é uma réplica, em que não se escreve", "it is a replica, which takes no writes"}},
    {UV_EPROTOTYPE, {"as chaves {chat}:* são de outro tipo: use um outro banco de dados",
                        "the keys {chat}:* are of another type: use another database"}},
    {UV_EBUSY, {"está ocupado: carrega os dados, ou executa um script",
                   "is busy: it loads its data, or runs a script"}},
    {UV_EIO, {"não consegue gravar no seu disco", "cannot write to its disk"}},
    {UV_EXDEV, {"é de um Redis Cluster, e as chaves {chat}:* são de outro nó",
                   "it is of a Redis Cluster, and the keys {chat}:* are another node's"}},
    {UV_ENOENT, {"perdeu o que os servidores escreveram", "has lost what the servers wrote"}},
    {UV_EADDRINUSE, {"contém o que este servidor não escreveu, em seu nome",
                        "contains entries in this server's name that it has not written"}},
    {UV_EPROTO, {"respondeu o que não devia", "gave an unexpected answer"}},
    {UV_ESRCH,
        {"não tem mais a chave deste servidor, que demorou, ou a chave se perdeu",
            "does not have this server's key any more: the server was late, or the key is lost"}},
};

static const char *describe(int error)
{
    for (size_t i = 0; i < sizeof(problems) / sizeof(*problems); i++)
        if (problems[i].error == error)
            return tr(problems[i].texts[PORTUGUESE], problems[i].texts[ENGLISH]);
    return tr("fora de alcance", "cannot be reached");
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
        {"losses_total", "counter", "How often entries of other servers were missing.",
            cluster->losses},
        {"outages_total", "counter", "How often Redis went away.", cluster->outages},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(metrics,
            "# HELP chat_cluster_%s %s\n# TYPE chat_cluster_%s %s\nchat_cluster_%s %llu\n",
            rows[i].name, rows[i].help, rows[i].name, rows[i].type, rows[i].name, rows[i].value);
}

bool report_is_well(const struct relay *relay)
{
    const struct cluster *cluster = (const struct cluster *)relay;
    return cluster->is_ready || !cluster->is_required;
}

void report_health(const struct relay *relay, FILE *health)
{
    const struct cluster *cluster = (const struct cluster *)relay;
    char text[PROBLEM_SIZE + 256];
    report_problem(cluster, text, sizeof(text));
    if (cluster->is_ready)
        fputs("redis: ok\n", health);
    else
        fprintf(health, "redis: %s\n", cluster->problem ? text : tr("conectando", "connecting"));
}
