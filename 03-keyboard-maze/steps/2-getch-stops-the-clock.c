/* A task that calls getch, which blocks: nothing else runs in this thread, not even a clock. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/program.h"
#include "common/task.h"

// #region tasks
static int show_clock(void *unused)
{
    (void)unused;
    for (int tick = 1;; tick++) {
        mvprintw(0, 0, "tick %d", tick);
        refresh();
        int error = task_sleep(1.0);
        if (error)
            return error;
    }
}

static int read_keyboard(void)
{
    int error;
    while (!(error = task_yield())) { /* the tasks that are ready now run */
        int key = getch();            /* blocks: everything stops */
        if (key == 'S' || key == 's' || key == ERR)
            return 0;
        mvprintw(1, 0, "key %-4s", keyname(key));
    }
    return error;
}
// #endregion tasks

// #region play
static int play(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "clock", show_clock, NULL);
    if (!error)
        error = read_keyboard();
    return scope_leave(&scope, error);
}
// #endregion play

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return program_end(error, "the loop");
    SCREEN *terminal = newterm(NULL, stdout, stdin);
    if (terminal) {
        cbreak();
        noecho();
        error = task_run(&loop, "play", play, NULL);
        endwin();
        delscreen(terminal);
    } else {
        error = UV_ENOTTY;
    }
    loop_close(&loop);
    return program_end(error, "the game");
}
