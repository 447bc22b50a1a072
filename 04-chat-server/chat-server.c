/* The article's chat server: a WebSocket at any path, which is the room, and the page at /. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/cluster/cluster.h"
#include "04-chat-server/descriptors.h"
#include "common/program.h"

#define PATH_SIZE 4096
#define MAX_MESSAGE (1024 * 1024) /* half of what may be queued for a client */

static struct server server = {.rate = 20};
static char *allowed_origins; /* those of --allow-origin and of --also */

static const char *redis;      /* the address of Redis, or NULL */
static bool is_redis_required; /* if false, a server without Redis is healthy, too */
static struct cluster *cluster;

static struct websocket_options options = {.host = "localhost",
    .port = "8765",
    .serve = server_connect,
    .answer = server_answer,
    .argument = &server,
    .max_message = WEBSOCKET_MESSAGE_LIMIT,
    .per_address = 256};

static const char *const purpose[] = {
    "Servidor de chat por WebSocket, com a sua página.", "A WebSocket chat server, with its page."};

static const struct program_option option_table[] = {
    {"host", OPTION_TEXT, &options.host, "HOST", {"endereço em que escuta", "address to listen at"},
        0, 0},
    {"port", OPTION_PORT, &options.port, "N", {"porta; 0 escolhe uma", "port; 0 picks one"}, 0,
        65535},
    {"tls-cert", OPTION_TEXT, &options.certificate, "FILE",
        {"certificado (PEM): https e wss", "certificate (PEM): https and wss"}, 0, 0},
    {"tls-key", OPTION_TEXT, &options.key, "FILE", {"a sua chave (PEM)", "its key (PEM)"}, 0, 0},
    {"max-message", OPTION_COUNT, &options.max_message, "BYTES",
        {"tamanho da maior mensagem aceita", "size of the longest accepted message"}, 1,
        MAX_MESSAGE},
    {"rate", OPTION_COUNT, &server.rate, "N",
        {"mensagens por segundo de cada cliente; 0: quantas quiser",
            "messages a second from each client; 0: any number"},
        0, 1000000},
    {"per-address", OPTION_COUNT, &options.per_address, "N",
        {"conexões de um mesmo endereço; 0: quantas quiser",
            "connections from one address; 0: any number"},
        0, 1000000},
    {"allow-origin", OPTION_TEXT, &options.allow_origin, "ORIGIN,...",
        {"de que outros sites as páginas podem conectar; *: de todos",
            "other sites whose pages may connect; *: all"},
        0, 0},
    {"also", OPTION_TEXT, &server.others, "ORIGIN,...",
        {"outros servidores do mesmo chat, a que as páginas vão quando perdem este",
            "other servers of the same chat, to which pages go when they lose this one"},
        0, 0},
    {"metrics-from", OPTION_TEXT, &server.metrics_from, "ADDRESS,...",
        {"que endereços podem ler /metrics, além deste computador; *: todos",
            "addresses that may read /metrics, besides this computer; *: all"},
        0, 0},
    {"hsts", OPTION_COUNT, &options.hsts, "SECONDS",
        {"com certificado: por quanto tempo navegadores só usam https",
            "with a certificate: for how long browsers use https only"},
        1, 1e9},
    {"redis", OPTION_TEXT, &redis, "URL",
        {"um só chat em vários servidores: redis://host:6379, unix:/socket",
            "one chat on many servers: redis://host:6379, unix:/socket"},
        0, 0},
    {"redis-required", OPTION_FLAG, &is_redis_required, NULL,
        {"sem Redis, /healthz responde 503", "without Redis, /healthz answers 503"}, 0, 0},
    {"verbose", OPTION_FLAG, &server.verbose, NULL,
        {"mostra também as mensagens", "show the messages too"}, 0, 0},
    {0},
};

/* The page is in a directory beside the program. Returns 0, or the program's exit status after
 * printing the error. */
static int find_page(void)
{
    static char directory[PATH_SIZE];
    size_t size = sizeof(directory) - strlen("web") - 1;
    int error = uv_exepath(directory, &size);
    char *slash = error ? NULL : strrchr(directory, '/');
    if (slash)
        strcpy(slash + 1, "web");
    options.directory = directory;
    return error ? program_end(error, tr("procurar a página", "find the page")) : 0;
}

/* Checks the files for TLS. Returns as find_page does. */
static int check_files(const char *certificate, const char *key)
{
    const char *const files[] = {certificate, key};
    if (!certificate != !key)
        return program_end(UV_EINVAL, tr("--tls-cert e --tls-key: os dois ou nenhum",
                                          "--tls-cert and --tls-key: both or neither"));
    if (options.hsts && !certificate)
        return program_end(
            UV_EINVAL, tr("--hsts: só com --tls-cert", "--hsts: only with --tls-cert"));
    for (int i = 0; i < 2 && certificate; i++)
        if (access(files[i], R_OK) != 0)
            return program_end(uv_translate_sys_error(errno), tr("ler %s", "read %s"), files[i]);
    return 0;
}

/*
 * Options whose values are lists. A value that can never match is refused: its user would notice
 * only much later.
 */

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) > strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* Whether browsers can name such an origin: "scheme://host" or "scheme://host:port". They leave the
 * default port out. */
static bool is_origin(const char *text)
{
    /* The last colon may also be that of the scheme, or in an IPv6 address. */
    const char *colon = strrchr(text, ':');
    bool has_port = colon && colon[1] != '/' && !strchr(colon, ']');
    const char *host = strstr(text, "://");
    bool is_http = strncasecmp(text, "http://", 7) == 0,
         is_https = strncasecmp(text, "https://", 8) == 0;
    return host && host > text && host[3] && !strpbrk(host + 3, "/?#@*\\") &&
           (!has_port || (colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1))) &&
           !(is_http && ends_with(text, ":80")) && !(is_https && ends_with(text, ":443"));
}

/* Pages compare the origins of other servers with their own. */
static bool is_server(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:[]/";
    return is_origin(text) && strncmp(text, "http", 4) == 0 && !text[strspn(text, allowed)] &&
           (text[4] == ':' || strncmp(text + 4, "s:", 2) == 0);
}

static bool is_origin_or_word(const char *text)
{
    return !*text || strcmp(text, "*") == 0 || strcasecmp(text, "null") == 0 || is_origin(text);
}

/* Whether it is the text of a peer's address, as the server compares it. */
static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    char usual[INET6_ADDRSTRLEN];
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    return !*text || strcmp(text, "*") == 0 ||
           (inet_pton(family, text, address) == 1 &&
               strcasecmp(inet_ntop(family, address, usual, sizeof(usual)), text) == 0);
}

/* Returns 0, or the program's exit status after printing which entry of the list is bad, and the
 * advice. An option that is not given has no list. */
static int check_list(
    const char *option, const char *list, bool (*is_good)(const char *text), const char *advice)
{
    static const char separators[] = ", ";
    while (list) {
        size_t size = strcspn(list, separators);
        char *entry = strndup(list, size);
        int status = !entry ? program_end(UV_ENOMEM, "--%s", option)
                     : is_good(entry)
                         ? 0
                         : program_end(UV_EINVAL, "--%s %s: %s", option, entry, advice);
        free(entry);
        list += size + strspn(list + size, separators);
        if (status || !*list)
            return status;
    }
    return 0;
}

/* Returns as check_list does. */
static int check_lists(void)
{
    int status = check_list("also", server.others, is_server,
        tr("use http://host:porta, em minúsculas, sem a porta padrão e sem nada depois",
            "use http://host:port, in lower case, without the default port and with nothing after "
            "it"));
    if (!status)
        status = check_list("allow-origin", options.allow_origin, is_origin_or_word,
            tr("use http://host:porta, sem a porta padrão e sem nada depois, null ou *",
                "use http://host:port, without the default port and with nothing after it, null or "
                "*"));
    if (!status)
        status = check_list("metrics-from", server.metrics_from, is_address,
            tr("use endereços IP na forma mais curta, como 192.0.2.1 e 2001:db8::1, ou *",
                "use IP addresses in their shortest form, such as 192.0.2.1 and 2001:db8::1, or "
                "*"));
    return status;
}

/* Lets the pages of the other servers connect, as this one's may connect there. Returns as
 * find_page does. */
static int allow_others(void)
{
    const char *more = options.allow_origin ? options.allow_origin : "";
    if (!server.others)
        return 0;
    int size = asprintf(&allowed_origins, "%s,%s", server.others, more);
    options.allow_origin = allowed_origins;
    return size < 0 ? program_end(UV_ENOMEM, "--also") : 0;
}

/* Joins the other servers. Returns as find_page does. */
static int join_cluster(void)
{
    if (!redis)
        return is_redis_required
                   ? program_end(UV_EINVAL, tr("--redis-required: só com --redis",
                                                "--redis-required: only with --redis"))
                   : 0;
    int error = cluster_open(&cluster, redis, is_redis_required, &server);
    if (error == UV_ENOSYS)
        return program_end(
            error, tr("--redis: falta a biblioteca hiredis; make deps FOR=redis, make",
                       "--redis: hiredis is missing; make deps FOR=redis, make"));
    if (error == UV_ENOTSUP)
        return program_end(error,
            tr("--redis %s: a biblioteca hiredis daqui não tem TLS",
                "--redis %s: hiredis has no TLS here"),
            redis);
    return error ? program_end(error, "--redis %s", redis) : 0;
}

/* Serves clients, and at the same time follows the other servers, if there are any. */
static int serve_clients(struct websocket_server *sockets)
{
    struct scope scope;
    scope_enter(&scope);
    int error = cluster ? scope_spawn(&scope, "cluster", cluster_run, cluster) : 0;
    if (!error)
        error = websocket_serve(sockets);
    rooms_announce_shutdown(&server);
    return scope_leave(&scope, error);
}

static int serve(void *unused)
{
    struct websocket_server *sockets;
    (void)unused;
    int error = websocket_listen(&sockets, &options);
    if (error)
        return error;
    server.sockets = sockets;
    server.loop = server.log.loop = task_loop();
    const char *address = websocket_server_address(sockets);
    printf(tr("Escutando %s\n", "Listening on %s\n"), address);
    printf(tr("Abra %s://%s/ no navegador\n", "Open %s://%s/ in the browser\n"),
        options.certificate ? "https" : "http", address);
    error = serve_clients(sockets);
    websocket_server_close(sockets);
    cluster_free(cluster);
    history_free(&server.history);
    log_close(&server.log);
    return error;
}

/* Prints the error, if there is one, and returns the program's exit status. */
static int report(int error)
{
    if (error == UV_EINVAL && options.certificate)
        return program_end(error,
            tr("usar o certificado %s com a chave %s", "use the certificate %s with the key %s"),
            options.certificate, options.key);
    return program_end(error, tr("escutar %s:%s", "listen on %s:%s"), options.host, options.port);
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    program_start(argc, argv, purpose, option_table);
    int status = check_files(options.certificate, options.key);
    if (!status)
        status = check_lists();
    if (!status)
        status = allow_others();
    if (!status)
        status = join_cluster();
    if (!status)
        status = find_page();
    if (status)
        return status;
    int error = descriptors_set_limit();
    if (!error)
        error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, NULL);
        int not_closed = loop_close(&loop);
        if (not_closed)
            return program_end(not_closed, tr("fechar tudo", "close everything"));
    }
    return report(error);
}
