/* NEAR MISS: the terminal is given back before the key has come.
 * Says: while ask waits, the terminal shows what is typed */
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
    ssize_t written = write(terminal, question, strlen(question));
    int error = written < 0 ? -errno : 0;
    if (tcsetattr(terminal, TCSANOW, &before))
        return -errno;
    if (!error)
        error = future_wait(answer, &key);
    return error ? error : key;
}
