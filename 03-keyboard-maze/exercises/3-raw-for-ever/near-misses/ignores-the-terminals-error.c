/* NEAR MISS: the terminal may be gone when it is given back.
 * Says: the terminal was gone when ask gave it back */
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
    if (write(terminal, question, strlen(question)) < 0) {
        int failed = -errno;
        tcsetattr(terminal, TCSANOW, &before);
        return failed;
    }
    int error = future_wait(answer, &key);
    tcsetattr(terminal, TCSANOW, &before);
    return error ? error : key;
}
