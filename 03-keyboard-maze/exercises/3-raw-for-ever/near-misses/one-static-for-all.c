/* NEAR MISS: the modes are static: a second question overwrites those of the first.
 * Says: Two terminals were asked at once */
#include "../exercise.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
int ask(int terminal, const char *question, struct future *answer)
{
    struct termios raw;
    int key;
    if (tcgetattr(terminal, &before))
        return -errno;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
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
