#include "turkish.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(const char *format, const char *directory)
{
    char command[256];
    snprintf(command, sizeof(command), format, directory);
    return system(command);
}

bool turkish_make(struct turkish *made)
{
    strcpy(made->directory, "/tmp/turkish-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(made->directory));
    if (run("localedef -i tr_TR -f UTF-8 %s/tr_TR.UTF-8", made->directory) != 0) {
        fprintf(stderr, "no Turkish locale here: package locales\n");
        turkish_remove(made);
        return false;
    }
    snprintf(made->variables[0], sizeof(made->variables[0]), "LOCPATH=%s", made->directory);
    strcpy(made->variables[1], "LC_ALL=tr_TR.UTF-8");
    for (int i = 0; i < 2; i++)
        made->environment[i] = made->variables[i];
    made->environment[2] = NULL;
    return true;
}

void turkish_remove(const struct turkish *made)
{
    ck_assert_int_eq(run("rm -r %s", made->directory), 0);
}
