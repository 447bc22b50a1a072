#include "03-keyboard-maze/keyboard.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "03-keyboard-maze/screen.h"
#include "common/executor.h"

int keyboard_open(struct keyboard *keyboard)
{
    *keyboard = (struct keyboard){.wake = {-1, -1}};
    return uv_pipe(keyboard->wake, 0, 0);
}

/* Runs on a thread of the pool. It only makes system calls, because everything else belongs to the
 * loop's thread. */
static int wait_for_input(void *data)
{
    const int *wake = data;
    struct pollfd sources[] = {
        {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = *wake, .events = POLLIN}};
    while (poll(sources, 2, -1) < 0)
        if (errno != EINTR)
            return -errno;
    return sources[0].revents & (POLLHUP | POLLERR | POLLNVAL) ? UV_EOF : 0;
}

int keyboard_read(struct keyboard *keyboard)
{
    int key, error = task_yield(); /* many keys at once must not hold the loop */
    if (error)
        return error;
    while ((key = screen_key()) == SCREEN_NO_KEY) {
        error = executor_run("key", wait_for_input, &keyboard->wake[0], sizeof(keyboard->wake[0]));
        if (error) {
            /* The thread still waits, and loop_close waits for the thread: so wake it. The pipe is
             * empty and has room for a byte. */
            (void)!write(keyboard->wake[1], "", 1);
            return error;
        }
    }
    return key;
}

void keyboard_close(struct keyboard *keyboard)
{
    for (int i = 0; i < 2; i++)
        if (keyboard->wake[i] >= 0)
            close(keyboard->wake[i]);
    *keyboard = (struct keyboard){.wake = {-1, -1}};
}
