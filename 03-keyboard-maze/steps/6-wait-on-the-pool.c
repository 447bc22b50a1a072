/* The thread of the pool only waits for input, or to be woken. The loop's thread reads the key. */
#include <curses.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

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

// #region wait
/* Runs on a thread of the pool, and only makes a system call. */
static int wait_for_input(void *data)
{
    const int *wake = data; /* the pipe's end for reading */
    struct pollfd sources[] = {
        {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = *wake, .events = POLLIN}};
    while (poll(sources, 2, -1) < 0)
        if (errno != EINTR)
            return -errno;
    return sources[0].revents & (POLLHUP | POLLERR) ? UV_EOF : 0; /* the terminal has gone */
}

static int read_key(int wake[2])
{
    int key;
    while ((key = getch()) == ERR) { /* nodelay: ERR is "no key yet" */
        int error = executor_run("key", wait_for_input, &wake[0], sizeof(wake[0]));
        if (error) {
            (void)!write(wake[1], "", 1); /* one byte wakes the thread if it still waits */
            return error;
        }
    }
    return key;
}
// #endregion wait

static int play(void *wake)
{
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "clock", show_clock, NULL), key = error;
    while (key >= 0 && key != 'S' && key != 's')
        if ((key = read_key(wake)) > 0)
            mvprintw(1, 0, "key %-4s", keyname(key));
    return scope_leave(&scope, key < 0 ? key : 0);
}

int main(void)
{
    uv_loop_t loop;
    int wake[2], error = loop_init(&loop);
    if (error)
        return program_end(error, "the loop");
    SCREEN *terminal = pipe(wake) ? NULL : newterm(NULL, stdout, stdin);
    if (!terminal) {
        loop_close(&loop);
        return program_end(UV_ENOTTY, "the game");
    }
    cbreak();
    noecho();
    nodelay(stdscr, TRUE);
    error = task_run(&loop, "play", play, wake);
    loop_close(&loop); /* waits for the thread, which has been woken */
    endwin();
    delscreen(terminal);
    close(wake[0]);
    close(wake[1]);
    return program_end(error, "the game");
}
