/* Describes the state of the cluster in the log, at /healthz and at /metrics. */
#include <stdio.h>

#include "04-chat-server/cluster/private.h"

static const struct {
    int error;
    const char *texts[2];
} problems[] = {
    {UV_EACCES, {"recusou a senha, o usuário ou um comando deste",
                    "refused the password, the user or one of the user's commands"}},
    {UV_ENOSYS, {"versão velha demais: é preciso a 6.2 ou uma mais nova",
                    "version too old: 6.2 or newer is needed"}},
    {UV_ENOSPC, {"sem memória (maxmemory)", "out of memory (maxmemory)"}},
    {UV_EROFS, {"é uma réplica, em que não se escreve", "is a read-only replica"}},
    {UV_EPROTOTYPE, {"as chaves {chat}:* são de outro tipo: use um outro banco de dados",
                        "the keys {chat}:* are of another type: use another database"}},
    {UV_EBUSY, {"está ocupado: carrega os dados, ou executa um script",
                   "is busy: it is loading its data or running a script"}},
    {UV_EIO, {"não consegue gravar no seu disco", "cannot write to its disk"}},
    {UV_EXDEV, {"é parte de um Redis Cluster, em que outro nó tem as chaves {chat}:*",
                   "it belongs to a Redis Cluster in which another node has the keys {chat}:*"}},
    {UV_ENOENT, {"perdeu o que os servidores escreveram", "has lost what the servers wrote"}},
    {UV_EADDRINUSE, {"contém entradas em nome deste servidor que ele não escreveu",
                        "contains entries with this server's id that this server did not write"}},
    {UV_EPROTO, {"respondeu o que não devia", "gave an unexpected answer"}},
    {UV_ESRCH, {"a chave deste servidor sumiu: ele demorou demais, ou o Redis a perdeu",
                   "this server's key is gone: the server was too slow, or Redis lost the key"}},
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
        {"connected", "gauge", "1 while Redis can be reached.", cluster->is_ready},
        {"servers", "gauge", "Servers, including this one.", servers},
        {"clients", "gauge", "Clients of all servers, at most 2 s old.", clients},
        {"pending_bytes", "gauge", "Bytes of entries that wait for Redis.", cluster->outbox_bytes},
        {"written_total", "counter", "Entries that this server wrote.", cluster->posted},
        {"read_total", "counter", "Entries that this server read.", cluster->read},
        {"invalid_total", "counter", "Invalid entries that this server read.", cluster->invalid},
        {"duplicates_total", "counter", "Repeated entries that this server read.",
            cluster->duplicates},
        {"lost_total", "counter", "Messages that were dropped because too many waited for Redis.",
            cluster->lost},
        {"losses_total", "counter", "Gaps that this server found in other servers' entries.",
            cluster->losses},
        {"outages_total", "counter", "Outages of Redis.", cluster->outages},
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
