/* A chat for many: WebSocket at any path, which is the room; the page at /. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/descriptors.h"
#include "common/program.h"

#define PATH_SIZE 4096
#define LONGEST_MESSAGE (1024 * 1024) /* half of what may wait for a client */

struct chat {
    struct server server;
    struct websocket_options options;
};

/* The page lies beside the program, wherever that was started from. */
static int find_page(char directory[PATH_SIZE])
{
    size_t size = PATH_SIZE - strlen("web") - 1;
    int error = uv_exepath(directory, &size);
    char *slash = error ? NULL : strrchr(directory, '/');
    if (slash)
        strcpy(slash + 1, "web");
    return error;
}

/* For TLS: both or neither, and to be read. Returns 0, or the program's status once it has been
 * said what is wrong. */
static int check_files(const char *certificate, const char *key)
{
    const char *const files[] = {certificate, key};
    if (!certificate != !key)
        return program_end(UV_EINVAL, tr("--tls-cert e --tls-key: os dois ou nenhum",
                                          "--tls-cert and --tls-key: both or neither"));
    for (int i = 0; i < 2 && certificate; i++)
        if (access(files[i], R_OK) != 0)
            return program_end(uv_translate_sys_error(errno), tr("ler %s", "read %s"), files[i]);
    return 0;
}

static int serve(void *argument)
{
    struct chat *chat = argument;
    struct websocket_server *sockets;
    int error = websocket_listen(&sockets, &chat->options);
    if (error)
        return error;
    chat->server.sockets = sockets;
    const char *address = websocket_server_address(sockets);
    printf(tr("Escutando %s\n", "Listening on %s\n"), address);
    printf(tr("Abra %s://%s/ no navegador\n", "Open %s://%s/ in the browser\n"),
        chat->options.certificate ? "https" : "http", address);
    error = websocket_serve(sockets);
    rooms_say_farewell(&chat->server);
    websocket_server_close(sockets);
    return error;
}

/* The program's status. */
static int run(struct chat *chat)
{
    const struct websocket_options *options = &chat->options;
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, chat);
        log_close(&chat->server.log);
        int not_closed = loop_close(&loop);
        if (not_closed)
            return program_end(not_closed, tr("fechar tudo", "close everything"));
    }
    if (error == UV_EINVAL && options->certificate)
        return program_end(error,
            tr("usar o certificado %s com a chave %s", "use the certificate %s with the key %s"),
            options->certificate, options->key);
    return program_end(error, tr("escutar %s:%s", "listen on %s:%s"), options->host, options->port);
}

int main(int argc, char **argv)
{
    char page[PATH_SIZE];
    struct chat chat = {.server = {.rate = 20},
        .options = {.host = "localhost",
            .port = "8765",
            .max_message = WEBSOCKET_MESSAGE_LIMIT,
            .per_address = 256}};
    program_start(argc, argv,
        (const char *[]){"Servidor de chat por WebSocket, com a sua página.",
            "A WebSocket chat server, with its page."},
        (struct program_option[]){
            {"host", OPTION_TEXT, &chat.options.host, "HOST",
                {"endereço em que escuta", "address to listen at"}, 0, 0},
            {"port", OPTION_PORT, &chat.options.port, "N",
                {"porta; 0 escolhe uma", "port; 0 picks one"}, 0, 65535},
            {"tls-cert", OPTION_TEXT, &chat.options.certificate, "FILE",
                {"certificado (PEM): https e wss", "certificate (PEM): https and wss"}, 0, 0},
            {"tls-key", OPTION_TEXT, &chat.options.key, "FILE",
                {"a sua chave (PEM)", "its key (PEM)"}, 0, 0},
            {"max-message", OPTION_COUNT, &chat.options.max_message, "BYTES",
                {"tamanho da maior mensagem aceita", "size of the longest message that is taken"},
                1, LONGEST_MESSAGE},
            {"rate", OPTION_COUNT, &chat.server.rate, "N",
                {"mensagens por segundo de cada cliente; 0: quantas quiser",
                    "messages a second of each client; 0: any number"},
                0, 1000000},
            {"per-address", OPTION_COUNT, &chat.options.per_address, "N",
                {"conexões de um mesmo endereço; 0: quantas quiser",
                    "connections from one address; 0: any number"},
                0, 1000000},
            {"allow-origin", OPTION_TEXT, &chat.options.allow_origin, "ORIGIN,...",
                {"de que outros sites as páginas podem conectar; *: de todos",
                    "from which other sites pages may connect; *: from all"},
                0, 0},
            {"verbose", OPTION_FLAG, &chat.server.verbose, NULL,
                {"mostra também as mensagens", "shows the messages too"}, 0, 0},
            {0},
        });

    int error = check_files(chat.options.certificate, chat.options.key);
    if (error)
        return error;
    error = find_page(page);
    if (error)
        return program_end(error, tr("procurar a página", "find the page"));
    chat.options.directory = page;
    chat.options.serve = server_connect;
    chat.options.answer = server_answer;
    chat.options.argument = &chat.server;
    descriptors_set_limit();
    return run(&chat);
}
