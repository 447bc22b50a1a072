#include "turkish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

bool turkish_make(struct turkish *made)
{
    char command[256];
    temporary_directory(made->directory, "turkish");
    snprintf(
        command, sizeof(command), "localedef -i tr_TR -f UTF-8 %s/tr_TR.UTF-8", made->directory);
    if (system(command) != 0) {
        fprintf(stderr, "no Turkish locale here: package locales\n");
        return false;
    }
    snprintf(made->variables[0], sizeof(made->variables[0]), "LOCPATH=%s", made->directory);
    strcpy(made->variables[1], "LC_ALL=tr_TR.UTF-8");
    for (int i = 0; i < 2; i++)
        made->environment[i] = made->variables[i];
    made->environment[2] = NULL;
    return true;
}
