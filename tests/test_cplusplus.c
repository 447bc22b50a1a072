/* The public headers are for C++ programs, too. */
#include <stdio.h>
#include <string.h>

#include "shell.h"
#include "support.h"

#define PROGRAM                                                                                    \
    "for header in common/*.h; do echo \"#include \\\"$header\\\"\"; done;"                        \
    "echo 'int main() { uv_loop_t loop; return loop_init(&loop) || loop_close(&loop); }'"

START_TEST(a_cplusplus_program_may_use_the_library)
{
    static char output[1 << 16];
    if (shell_run("command -v c++", output, sizeof(output)) != 0) {
        puts("there is no c++: this is not tested");
        return;
    }
    int status = shell_run("(" PROGRAM ") | c++ -std=c++17 -Wall -Wextra -Werror -D_GNU_SOURCE -I. "
                           "-S -x c++ -o - - 2>&1",
        output, sizeof(output));
    ck_assert_msg(status == 0, "%.2000s", output);
    ck_assert_ptr_nonnull(strstr(output, "loop_init"));
    ck_assert_ptr_null(strstr(output, "_Z9loop_init")); /* the name that C++ would give it */
}
END_TEST

START_TEST(each_header_declares_functions_of_c)
{
    static char output[1 << 16];
    shell_run("grep -L __BEGIN_DECLS common/*.h", output, sizeof(output));
    ck_assert_str_eq(output, "");
}
END_TEST

int main(void)
{
    return run_suite(
        "cplusplus", (struct test_group[]){
                         {"headers", (const TTest *const[]){a_cplusplus_program_may_use_the_library,
                                         each_header_declares_functions_of_c, NULL}},
                         {NULL, NULL}});
}
