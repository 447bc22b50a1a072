/* Each enemy is a task, which waits and steps in an endless loop. The program moves the loop's
 * clock itself, so that the run is fast and the same each time. */
#include <stdio.h>

#include "03-keyboard-maze/enemy.h"
#include "common/program.h"
#include "common/task.h"

enum { ENEMIES = 3 };

struct world {
    struct maze_map map;
    uint64_t random;
    struct wanderer {
        struct enemy enemy;
        struct world *world;
        double pause; /* in seconds */
    } wanderers[ENEMIES];
};

// #region wander
static int wander(void *argument)
{
    struct wanderer *self = argument;
    int error;
    while (!(error = task_sleep(self->pause)))
        enemy_step(&self->enemy, &self->world->map, &self->world->random);
    return error;
}
// #endregion wander

static char character_at(const struct world *world, struct place place)
{
    for (int i = 0; i < ENEMIES; i++) {
        struct place taken = world->wanderers[i].enemy.place;
        if (taken.x == place.x && taken.y == place.y)
            return (char)('a' + i);
    }
    return maze_map_row(&world->map, place.y)[place.x];
}

static void show(const struct world *world, double now)
{
    printf("after %.1f:\n", now);
    struct place place = {0};
    for (place.y = 0; place.y < world->map.rows; place.y++) {
        for (place.x = 0; place.x < world->map.columns; place.x++)
            putchar(character_at(world, place));
        putchar('\n');
    }
}

// #region play
/* During the first yield the loop makes ready each enemy whose pause is over. During the second,
 * these enemies step. */
static int let_a_tenth_pass(void)
{
    loop_clock_advance(task_loop(), 0.1);
    int error = task_yield();
    return error ? error : task_yield();
}

static int play(void *argument)
{
    struct world *world = argument;
    struct scope scope;
    scope_enter(&scope);
    int error = 0;
    for (int i = 0; i < ENEMIES && !error; i++)
        error = scope_spawn(&scope, "enemy", wander, &world->wanderers[i]);
    if (!error)
        error = task_yield(); /* the enemies begin, and sleep */
    for (int tenths = 0; tenths <= 30 && !error; tenths++) {
        if (tenths % 15 == 0)
            show(world, tenths / 10.0);
        error = let_a_tenth_pass();
    }
    return scope_leave(&scope, error); /* cancels the enemies */
}
// #endregion play

int main(void)
{
    struct world world = {.random = 5};
    uv_loop_t loop;
    int error = maze_map_make(&world.map, 10, 3, &world.random);
    for (int i = 0; i < ENEMIES && !error; i++)
        world.wanderers[i] = (struct wanderer){.world = &world,
            .pause = (i + 1) / 10.0,
            .enemy.place = maze_map_random_place(&world.map, &world.random)};
    if (!error)
        error = loop_init(&loop);
    if (!error) {
        loop_clock_pause(&loop);
        error = task_run(&loop, "play", play, &world);
        loop_close(&loop);
    }
    maze_map_free(&world.map);
    return program_end(error, "the maze");
}
