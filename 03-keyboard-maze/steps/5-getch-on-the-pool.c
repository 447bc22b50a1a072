/* getch on a thread of the pool, as in the article: the clock ticks, but the end goes wrong. */
#include <curses.h>
#include <stdio.h>

#include "common/executor.h"
#include "common/program.h"

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

// #region keyboard
/* Runs on a thread of the pool, so ncurses now runs in two threads. */
static int call_getch(void *unused)
{
    (void)unused;
    int key = getch();
    return key == ERR ? UV_EOF : key; /* ERR: the terminal has gone */
}

static int read_keyboard(void)
{
    int error = task_yield(); /* the clock draws its first tick */
    while (!error) {
        int key = executor_run("getch", call_getch, NULL, 0);
        if (key < 0)
            return key; /* cancelled, for example by Ctrl+C */
        if (key == 'S' || key == 's')
            return 0;
        mvprintw(1, 0, "key %-4s", keyname(key));
        refresh();
    }
    return error;
}
// #endregion keyboard

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

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return program_end(error, "the loop");
    SCREEN *terminal = newterm(NULL, stdout, stdin);
    if (!terminal) {
        loop_close(&loop);
        return program_end(UV_ENOTTY, "the game");
    }
    cbreak();
    noecho();
    // #region end
    error = task_run(&loop, "play", play, NULL);
    mvaddstr(2, 0, "The tasks have ended.");
    refresh();
    loop_close(&loop); /* waits for the work on the pool */
    endwin();
    // #endregion end
    delscreen(terminal);
    return program_end(error, "the game");
}
