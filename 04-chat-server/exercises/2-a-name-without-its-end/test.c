/* Gives names, and looks at what the others see. */
// With Valgrind too.
#include "exercise.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "tests/support.h"

/* The size of the UTF-8 character at the text; 0 if there is none, or only a part of it. */
static size_t character_size(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t size = *byte < 0x80 ? 1 : *byte < 0xC0 ? 0 : *byte < 0xE0 ? 2 : *byte < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < size; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

static bool is_utf8(const char *text)
{
    while (*text) {
        size_t size = character_size(text);
        if (size == 0)
            return false;
        text += size;
    }
    return true;
}

/* After the command, the others have to see "NAME >> hi". */
static void takes(struct client *client, const char *command, const char *name)
{
    char line[256], expected[256];
    int error = client_process_command(client, command);
    ck_assert_msg(error == 0, "%s was refused: %s", command, uv_strerror(error));
    client_format(client, "hi", line, sizeof(line));
    snprintf(expected, sizeof(expected), "%s >> hi", name);
    ck_assert_msg(is_utf8(line),
        "after %s the others get a part of a character: that is not valid UTF-8, and a browser "
        "closes the connection",
        command);
    ck_assert_msg(strcmp(line, expected) == 0,
        "after %s the others see \"%s\": where does the name end?", command, line);
}

START_TEST(the_first_name)
{
    struct client client = {0};
    takes(&client, "/name Beatriz", "Beatriz");
    takes(&client, "/name Beatriz\r\n", "Beatriz");
    takes(&client, "/name Ana Maria\n", "Ana Maria");
}
END_TEST

START_TEST(a_shorter_name_after_a_longer_one)
{
    struct client client = {0};
    takes(&client, "/name Beatriz", "Beatriz");
    takes(&client, "/name Ana", "Ana");
    takes(&client, "/name João\n", "João");
    takes(&client, "/name Zé", "Zé");
}
END_TEST

/* A name made of a first part, repeated, and a second one, and the name that the client gets: the
 * first part that many times, and the second one if it fits. */
static const struct long_name {
    const char *first;
    int times;
    const char *second;
    int times_taken;
    bool second_fits;
} long_names[] = {
    {"1", 32, "", 32, true}, {"1", 32, "2", 32, false}, {"1", 100, "", 32, true},
    {"a", 30, "ã", 30, true}, /* of two bytes */
    {"a", 31, "ã", 31, false}, {"ã", 16, "b", 16, false}, {"ã", 40, "", 16, true},
    {"日", 11, "", 10, true},                                /* of three bytes */
    {"日", 10, "ab", 10, true}, {"a", 28, "🙂", 28, true}, /* of four bytes */
    {"a", 29, "🙂", 29, false}, {"a", 30, "🙂", 30, false}, {"a", 31, "🙂", 31, false},
    {"🙂", 9, "", 8, true}, {"a", 256, "bc", 32, false}, /* its size does not fit into a byte */
};

static void repeat(char *text, const char *part, int times)
{
    for (; times > 0; times--)
        strcat(text, part);
}

START_TEST(the_beginning_of_a_long_name)
{
    for (size_t i = 0; i < sizeof(long_names) / sizeof(*long_names); i++) {
        const struct long_name *row = &long_names[i];
        struct client client = {.name = "Beatriz"};
        char command[512] = "/name ", expected[128] = "";
        repeat(command, row->first, row->times);
        strcat(command, row->second);
        repeat(expected, row->first, row->times_taken);
        strcat(expected, row->second_fits ? row->second : "");
        takes(&client, command, expected);
        takes(&client, strcat(command, "\r\n"), expected);
    }
}
END_TEST

START_TEST(names_that_cannot_be)
{
    struct client client = {0};
    takes(&client, "/name Ana", "Ana");
    ck_assert_int_eq(client_process_command(&client, "/name "), UV_EINVAL);
    ck_assert_int_eq(client_process_command(&client, "/name \r\n"), UV_EINVAL);
    ck_assert_int_eq(client_process_command(&client, "Bia"), UV_EINVAL);
    ck_assert_msg(strcmp(client.name, "Ana") == 0, "a name was refused, and Ana is called \"%.*s\"",
        (int)sizeof(client.name), client.name);
}
END_TEST

int main(void)
{
    return run_suite("4.2",
        (struct test_group[]){
            {"names", (const TTest *const[]){the_first_name, a_shorter_name_after_a_longer_one,
                          the_beginning_of_a_long_name, names_that_cannot_be, NULL}},
            {NULL, NULL},
        });
}
