/* NEAR MISS: a cancellation is noticed early, on a way out of its own that forgets the terminal.
 * Says: The task had been cancelled before */
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
    if (task_cancelled())
        return task_cancelled();
    if (write(terminal, question, strlen(question)) < 0) {
        int failed = -errno;
        tcsetattr(terminal, TCSANOW, &before);
        return failed;
    }
    int error = future_wait(answer, &key);
    if (error) {
        tcsetattr(terminal, TCSANOW, &before);
        return error;
    }
    if (tcsetattr(terminal, TCSANOW, &before))
        return -errno;
    return key;
}
