/* NEAR MISS: the result of giving the terminal back replaces the error of the wait.
 * Says: the task was cancelled, and ask returned 0 instead of UV_ECANCELED */
#include "../exercise.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int ask(int terminal, const char *question, struct future *answer)
{
    struct termios before, raw;
    int key;
    if (tcgetattr(terminal, &before))
        return -errno;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
    int error = write(terminal, question, strlen(question)) < 0 ? -errno : 0;
    if (!error)
        error = future_wait(answer, &key);
    int restored = tcsetattr(terminal, TCSANOW, &before) ? -errno : 0;
    return error ? restored : key;
}
