/* NEAR MISS: only the way out that Ctrl+C takes gives the terminal back.
 * Says: The question could not be written, ask returned, and the terminal still shows nothing */
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
    if (write(terminal, question, strlen(question)) < 0)
        return -errno;
    int error = future_wait(answer, &key);
    if (tcsetattr(terminal, TCSANOW, &before))
        return -errno;
    return error ? error : key;
}
