/* A program that gives the terminal back even when it crashes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

// #region on_crash
static struct termios before; /* global: a signal handler gets no argument of ours */

/* The kernel calls it between any two instructions of the program, wherever that is. */
static void on_crash(int number)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &before); /* at once, without waiting for pending output */
    signal(number, SIG_DFL);                   /* the next signal of this kind ends the program */
    raise(number);                             /* sends it; it arrives when this handler returns */
}
// #endregion on_crash

int main(void)
{
    // #region take
    if (tcgetattr(STDIN_FILENO, &before)) {
        fputs("this needs a terminal\n", stderr);
        return EXIT_FAILURE;
    }
    signal(SIGSEGV, on_crash); /* before the modes change: there must be no moment without it */
    struct termios modes = before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* what cbreak and noecho do */
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    // #endregion take

    puts("Hello! Press a key; S leaves.");
    int key;
    while ((key = getchar()) != 'S' && key != 's' && key != EOF)
        printf("That was %c\n", key);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return EXIT_SUCCESS;
}
