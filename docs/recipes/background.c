/* A task that outlives the request that started it (asyncio.create_task, and a set that keeps it).
 */
#include <stdio.h>

#include "common/task.h"

// #region recipe
struct server {
    struct scope background; /* of the server: its children may outlive a request, not the server */
};

static int send_mail(void *unused)
{
    (void)unused;
    int error = task_sleep(0.1);
    puts(error ? "the mail was not sent" : "the mail was sent");
    return 0; /* an error would cancel the other tasks in the background */
}

static int handle_request(struct server *server)
{
    int error = scope_spawn(&server->background, "mail", send_mail, NULL);
    puts("the request is answered");
    return error;
}

static int serve(void *unused)
{
    (void)unused;
    struct server server;
    scope_enter(&server.background);
    int error = handle_request(&server);
    if (!error)
        error = scope_join(&server.background);
    return scope_leave(&server.background, error);
}
// #endregion recipe

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, NULL);
        loop_close(&loop);
    }
    return error != 0;
}
