#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "tests/support.h"

static void takes(struct client *client, const char *command, const char *name)
{
    char line[128], expected[128];
    ck_assert_int_eq(client_process_command(client, command), 0);
    client_format(client, "hi", line, sizeof(line));
    snprintf(expected, sizeof(expected), "%s >> hi", name);
    if (strcmp(line, expected) != 0)
        ck_abort_msg("after %s the others see \"%s\": where does the name end?", command, line);
}

START_TEST(the_first_name)
{
    struct client client = {0};
    takes(&client, "/name Beatriz", "Beatriz");
    takes(&client, "/name Beatriz\r\n", "Beatriz");
}
END_TEST

START_TEST(a_shorter_name_after_a_longer_one)
{
    struct client client = {0};
    takes(&client, "/name Beatriz", "Beatriz");
    takes(&client, "/name Ana", "Ana");
}
END_TEST

START_TEST(names_that_cannot_be)
{
    struct client client = {0};
    takes(&client, "/name 12345678901234567890123456789012", "12345678901234567890123456789012");
    ck_assert_int_eq(
        client_process_command(&client, "/name 123456789012345678901234567890123"), UV_EINVAL);
    ck_assert_int_eq(client_process_command(&client, "/name "), UV_EINVAL);
    ck_assert_int_eq(client_process_command(&client, "Ana"), UV_EINVAL);
    ck_assert_int_eq(strlen(client.name), 32);
}
END_TEST

int main(void)
{
    return run_suite("a name without its end",
        (struct test_group[]){
            {"names", (const TTest *const[]){the_first_name, a_shorter_name_after_a_longer_one,
                          names_that_cannot_be, NULL}},
            {NULL, NULL},
        });
}
