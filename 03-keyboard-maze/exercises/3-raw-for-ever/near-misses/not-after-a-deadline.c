/* NEAR MISS: of the errors that end the wait, only Ctrl+C's gives the terminal back.
 * Says: The deadline passed, ask returned, and the terminal still shows nothing */
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
    struct termios before, raw;
    if (tcgetattr(terminal, &before))
        return -errno;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
    int key = ask_unseen(terminal, question, answer);
    if (key == UV_ETIMEDOUT)
        return key;
    if (tcsetattr(terminal, TCSANOW, &before) && key >= 0)
        return -errno;
    return key;
}
