/* ncurses: text anywhere on the screen, and keys that arrive at once and are not shown. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    // #region start
    SCREEN *terminal = newterm(NULL, stdout, stdin);
    if (!terminal) {
        fputs("this needs a terminal that ncurses knows: see TERM\n", stderr);
        return EXIT_FAILURE;
    }
    cbreak(); /* a key arrives when it is pressed, not with the whole line */
    noecho(); /* the terminal does not show it */
    // #endregion start

    // #region keys
    mvaddstr(0, 0, "Hello! Press a key; S leaves.");
    int key;
    while ((key = getch()) != 'S' && key != 's' && key != ERR)
        mvprintw(1, 0, "That was %-4s", keyname(key));
    endwin(); /* restores the terminal */
    delscreen(terminal);
    return EXIT_SUCCESS;
    // #endregion keys
}
