#include "shell.h"

#include <check.h>
#include <stdio.h>
#include <sys/wait.h>

int shell_run(const char *command, char *output, size_t size)
{
    FILE *pipe = popen(command, "r");
    if (!pipe)
        ck_abort_msg("%s: %m", command);
    output[fread(output, 1, size - 1, pipe)] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool shell_has_firefox(void)
{
    char output[1024];
    shell_run("command -v \"${FIREFOX:-firefox-esr}\" firefox", output, sizeof(output));
    if (*output)
        return true;
    puts("no Firefox here: its test is left out");
    return false;
}
