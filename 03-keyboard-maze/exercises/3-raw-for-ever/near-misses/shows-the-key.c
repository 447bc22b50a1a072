/* NEAR MISS: the key comes at once, but the terminal shows it.
 * Says: while ask waits, the terminal shows what is typed */
#include "../exercise.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* The terminal is in raw mode here. The caller restores it, whatever this returns. */
static int ask_unseen(int terminal, const char *question, struct future *answer)
{
    int key;
    if (write(terminal, question, strlen(question)) < 0)
        return -errno;
    int error = future_wait(answer, &key);
    return error ? error : key;
}

/* Between changing the modes and restoring them there is one call, and no return. */
int ask(int terminal, const char *question, struct future *answer)
{
    struct termios before, raw;
    if (tcgetattr(terminal, &before))
        return -errno;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)ICANON;
    if (tcsetattr(terminal, TCSANOW, &raw))
        return -errno;
    int key = ask_unseen(terminal, question, answer);
    if (tcsetattr(terminal, TCSANOW, &before) && key >= 0)
        return -errno;
    return key;
}
