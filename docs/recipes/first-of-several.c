/* The first of several to finish, and no wait for the others (asyncio.wait, FIRST_COMPLETED). */
#include <stdio.h>
#include <stdlib.h>

#include "common/task.h"

// #region recipe
struct server {
    const char *name;
    double seconds; /* until it answers */
    struct race *race;
};

struct race {
    struct scope scope;
    const char *winner; /* NULL: none has answered yet */
};

static int ask(void *argument)
{
    struct server *server = argument;
    int error = task_sleep(server->seconds);
    if (error)
        return error;
    /* Two may answer in the same iteration. Then the sleep of the second has ended, too. */
    if (!server->race->winner)
        server->race->winner = server->name;
    /* The others need not go on. The scope takes this for success. */
    scope_cancel(&server->race->scope);
    return 0;
}

static int ask_all(void *seconds)
{
    const double *all = seconds;
    struct race race = {0};
    struct server servers[] = {
        {"Ana", all[0], &race}, {"Bia", all[1], &race}, {"Caio", all[2], &race}};
    int error = 0;
    scope_enter(&race.scope);
    for (int i = 0; i < 3 && !error; i++)
        error = scope_spawn(&race.scope, servers[i].name, ask, &servers[i]);
    if (!error)
        error = scope_join(&race.scope);
    error = scope_leave(&race.scope, error);
    printf("%s answered first\n", race.winner ? race.winner : "nobody");
    return error;
}
// #endregion recipe

/* first-of-several [SECONDS]: all three answer after so many. */
int main(int argc, char **argv)
{
    double seconds[] = {0.3, 0.1, 0.2};
    for (int i = 0; i < 3 && argc > 1; i++)
        seconds[i] = strtod(argv[1], NULL);
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "ask all", ask_all, seconds);
        loop_close(&loop);
    }
    return error != 0;
}
