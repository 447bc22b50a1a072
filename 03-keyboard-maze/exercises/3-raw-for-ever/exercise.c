/* A question that one key answers. */
#include "exercise.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* EXERCISE: after Ctrl+C here, the shell no longer showed what was typed. Find each way out of this
 * function that leaves the terminal like that, and fix it. */
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
    if (write(terminal, question, strlen(question)) < 0)
        return -errno;
    int error = future_wait(answer, &key);
    if (error)
        return error;
    if (tcsetattr(terminal, TCSANOW, &before))
        return -errno;
    return key;
}
