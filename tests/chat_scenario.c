#include "chat_scenario.h"

#include "support.h"

FILE *scenario_start(const char *scenario, int port, const char *certificate)
{
    char command[256];
    snprintf(command, sizeof(command), "/usr/bin/python3 tests/chat_client.py %d %s %s 2>&1", port,
        scenario, certificate);
    FILE *client = popen(command, "re");
    ck_assert_ptr_nonnull(client);
    return client;
}

void scenario_end(FILE *client)
{
    char output[8192];
    size_t size = fread(output, 1, sizeof(output) - 1, client);
    output[size] = '\0';
    if (pclose(client) != 0)
        ck_abort_msg("%s", output);
}
