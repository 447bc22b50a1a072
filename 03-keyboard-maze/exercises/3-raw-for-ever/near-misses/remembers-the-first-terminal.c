/* NEAR MISS: the modes are asked for once, and another terminal has others.
 * Says: and now it does */
#include "../exercise.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int ask_unseen(int terminal, const char *question, struct future *answer)
{
    int key;
    if (write(terminal, question, strlen(question)) < 0)
        return -errno;
    int error = future_wait(answer, &key);
    return error ? error : key;
}

int ask(int terminal, const char *question, struct future *answer)
{
    static struct termios before;
    static int is_known;
    struct termios raw;
    if (!is_known && tcgetattr(terminal, &before))
        return -errno;
    is_known = 1;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
    int key = ask_unseen(terminal, question, answer);
    if (tcsetattr(terminal, TCSANOW, &before) && key >= 0)
        return -errno;
    return key;
}
