/* The first of several to finish, and no wait for the others (asyncio.wait, FIRST_COMPLETED). */
#include <stdio.h>

#include "common/task.h"

// #region recipe
struct server {
    const char *name;
    double seconds; /* until it answers */
    struct race *race;
};

struct race {
    struct scope scope;
    const char *winner;
};

static int ask(void *argument)
{
    struct server *server = argument;
    int error = task_sleep(server->seconds);
    if (error)
        return error;
    server->race->winner = server->name;
    scope_cancel(
        &server->race->scope); /* the others need not go on; the scope takes this for success */
    return 0;
}

static int ask_all(void *unused)
{
    (void)unused;
    struct race race = {.winner = "nobody"};
    struct server servers[] = {{"Ana", 0.3, &race}, {"Bia", 0.1, &race}, {"Caio", 0.2, &race}};
    int error = 0;
    scope_enter(&race.scope);
    for (int i = 0; i < 3 && !error; i++)
        error = scope_spawn(&race.scope, servers[i].name, ask, &servers[i]);
    if (!error)
        error = scope_join(&race.scope);
    error = scope_leave(&race.scope, error);
    printf("%s answered first\n", race.winner);
    return error;
}
// #endregion recipe

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error)
        error = task_run(&loop, "ask all", ask_all, NULL);
    loop_close(&loop);
    return error != 0;
}
