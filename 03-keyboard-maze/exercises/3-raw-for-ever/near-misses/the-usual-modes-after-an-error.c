/* NEAR MISS: after an error the modes are set as they usually are, and not as they were.
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
    struct termios before, raw;
    if (tcgetattr(terminal, &before))
        return -errno;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
    int key = ask_unseen(terminal, question, answer);
    if (key < 0) {
        raw.c_lflag |= ICANON | ECHO;
        tcsetattr(terminal, TCSANOW, &raw);
        return key;
    }
    return tcsetattr(terminal, TCSANOW, &before) ? -errno : key;
}
