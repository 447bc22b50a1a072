#include "common/program.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "common/task.h"
#include "common/text/environment.h"

#define MAX_OPTIONS 32
#define FIRST_OPTION 256 /* getopt_long's result for the first one; it uses lower ones itself */
#define BAD_USAGE 2

static const struct program_option help_option = {
    .name = "help", .kind = OPTION_FLAG, .help = {"mostra esta ajuda", "show this help"}};

/* The name of the option with which the user chooses a port, or NULL. For program_end. */
static const char *port_option;

/* Whether standard output took all lines. A full disk does not, and stdio forgets the reason. A
 * standard output that the user has closed needs none. */
static bool is_output_whole(void)
{
    bool is_closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
    return (fflush(stdout) == 0 && !ferror(stdout)) || is_closed;
}

/* Returns the exit status of a program that has succeeded. */
static int success_status(void)
{
    if (is_output_whole())
        return EXIT_SUCCESS;
    fprintf(stderr,
        tr("%s: não foi possível escrever toda a saída\n", "%s: could not write all output\n"),
        program_name());
    return EXIT_FAILURE;
}

/* Reports what is wrong with the command line, and ends the program. */
__attribute__((format(printf, 1, 2), noreturn)) static void refuse(const char *format, ...)
{
    const char *program = program_name();
    fprintf(stderr, "%s: ", program);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, tr("\nVeja: %s --help\n", "\nSee: %s --help\n"), program);
    exit(BAD_USAGE);
}

/*
 * --help
 */

static bool in_range(const struct program_option *option, double value)
{
    return value >= option->minimum && value <= option->maximum;
}

static const char *placeholder(const struct program_option *option)
{
    return option->placeholder ? option->placeholder : "";
}

/* Columns of "--name PLACEHOLDER". */
static int heading_width(const struct program_option *option)
{
    size_t size = strlen("--") + strlen(option->name) + strlen(placeholder(option));
    return (int)size + (option->placeholder ? 1 : 0);
}

static void print_heading(const struct program_option *option)
{
    printf("--%s%s%s", option->name, option->placeholder ? " " : "", placeholder(option));
}

static void print_default(const struct program_option *option)
{
    const char *label = tr("padrão", "default");
    bool is_text = option->kind == OPTION_TEXT || option->kind == OPTION_PORT;
    if (is_text && *(const char **)option->value)
        printf(" (%s: %s)", label, *(const char **)option->value);
    if (option->kind == OPTION_COUNT && in_range(option, (double)*(long *)option->value))
        printf(" (%s: %ld)", label, *(long *)option->value);
    if (option->kind == OPTION_SECONDS && in_range(option, *(double *)option->value))
        printf(" (%s: %.15g)", label, *(double *)option->value);
}

static void print_option(const struct program_option *option, int width)
{
    printf("  ");
    print_heading(option);
    printf("%*s%s", width - heading_width(option) + 2, "", tr(option->help[0], option->help[1]));
    print_default(option);
    putchar('\n');
}

static void print_help(const char *const purpose[2], const struct program_option *options)
{
    int width = heading_width(&help_option);
    printf("%s\n\n", tr(purpose[0], purpose[1]));
    printf(tr("Uso: %s", "Usage: %s"), program_name());
    for (const struct program_option *option = options; option->name; option++) {
        if (width < heading_width(option))
            width = heading_width(option);
        printf(" [");
        print_heading(option);
        putchar(']');
    }
    printf("\n\n");
    for (const struct program_option *option = options; option->name; option++)
        print_option(option, width);
    print_option(&help_option, width);
}

/*
 * Values
 */

__attribute__((noreturn)) static void refuse_value(
    const struct program_option *option, const char *text)
{
    const char *kind = option->kind == OPTION_SECONDS ? tr("um número", "a number")
                                                      : tr("um número inteiro", "an integer");
    if (isinf(option->maximum))
        refuse(tr("valor inválido em --%s=%s: use %s a partir de %.15g",
                   "bad value in --%s=%s: use %s from %.15g on"),
            option->name, text, kind, option->minimum);
    refuse(tr("valor inválido em --%s=%s: use %s de %.15g a %.15g",
               "bad value in --%s=%s: use %s from %.15g to %.15g"),
        option->name, text, kind, option->minimum, option->maximum);
}

static bool is_integer(const struct program_option *option, const char *text, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return isdigit((unsigned char)*text) && end != text && !*end && !errno &&
           in_range(option, (double)*value);
}

static bool set_count(const struct program_option *option, const char *text)
{
    long value;
    bool good = is_integer(option, text, &value);
    if (good)
        *(long *)option->value = value;
    return good;
}

/* The value stays text, because getaddrinfo takes text. */
static bool set_port(const struct program_option *option, const char *text)
{
    long value;
    *(const char **)option->value = text;
    return is_integer(option, text, &value);
}

/* Accepts 0.5 and 0,5 in every locale: because the locale is not set yet, strtod expects a point.
 */
static bool set_seconds(const struct program_option *option, const char *text)
{
    char copy[64];
    if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
        return false;
    char *comma = strchr(copy, ',');
    if (comma)
        *comma = '.';

    char *end;
    errno = 0;
    double value = strtod(copy, &end);
    if (end == copy || *end || errno || !isfinite(value) || !in_range(option, value))
        return false;
    *(double *)option->value = value;
    return true;
}

static void set_value(const struct program_option *option, const char *text)
{
    bool good = true;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)option->value = true;
        break;
    case OPTION_TEXT:
        *(const char **)option->value = text;
        break;
    case OPTION_COUNT:
        good = set_count(option, text);
        break;
    case OPTION_PORT:
        good = set_port(option, text);
        break;
    case OPTION_SECONDS:
        good = set_seconds(option, text);
        break;
    }
    if (!good)
        refuse_value(option, text);
}

/*
 * The command line
 */

/* Fills getopt_long's table, with --help last. Returns the number of options before it. */
static int describe(const struct program_option *options, struct option *table)
{
    int count = 0;
    for (; count < MAX_OPTIONS && options[count].name; count++)
        table[count] = (struct option){.name = options[count].name,
            .has_arg = options[count].kind == OPTION_FLAG ? no_argument : required_argument,
            .val = FIRST_OPTION + count};
    table[count] = (struct option){.name = help_option.name, .val = FIRST_OPTION + count};
    table[count + 1] = (struct option){0};
    return count;
}

/* Reports the word that getopt_long refused. what is getopt_long's result. */
__attribute__((noreturn)) static void refuse_option(const char *word, int what)
{
    int size = (int)strcspn(word, "=");
    if (what == ':')
        refuse(tr("falta o valor de %.*s", "%.*s needs a value"), size, word);
    if (optopt >= FIRST_OPTION)
        refuse(tr("%.*s não recebe valor", "%.*s takes no value"), size, word);
    refuse(tr("opção desconhecida: %.*s", "unknown option: %.*s"), size, word);
}

static void read_options(
    int argc, char **argv, const char *const purpose[2], const struct program_option *options)
{
    struct option table[MAX_OPTIONS + 2];
    const char *given[MAX_OPTIONS] = {0};
    int count = describe(options, table);

    opterr = 0; /* getopt prints nothing itself, since its messages may be in another language */
    for (;;) {
        const char *word = argv[optind];
        int what = getopt_long(argc, argv, "+:", table, NULL);
        if (what < 0)
            break;
        if (what == ':' || what == '?')
            refuse_option(word, what);
        if (what == FIRST_OPTION + count) {
            print_help(
                purpose, options); /* before any value is set, so that it shows the defaults */
            exit(success_status());
        }
        given[what - FIRST_OPTION] = optarg ? optarg : "";
    }
    if (optind < argc)
        refuse(tr("argumento a mais: %s", "unexpected argument: %s"), argv[optind]);
    for (int i = 0; i < count; i++)
        if (given[i])
            set_value(&options[i], given[i]);
}

void program_start(
    int argc, char **argv, const char *const purpose[2], const struct program_option *options)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_options(argc, argv, purpose, options);
    for (const struct program_option *option = options; option->name; option++)
        if (option->kind == OPTION_PORT)
            port_option = option->name;
    setlocale(LC_ALL, "");
}

int program_end(int error, const char *what, ...)
{
    if (error == UV_ECANCELED && task_run_was_cancelled())
        return EXIT_SUCCESS;
    if (error == 0)
        return success_status();
    va_list arguments;
    va_start(arguments, what);
    fprintf(stderr, "%s: ", program_name());
    vfprintf(stderr, what, arguments);
    va_end(arguments);
    fprintf(stderr, ": %s", tr_error(error));
    if (error == UV_EADDRINUSE && port_option)
        fprintf(stderr, tr("; escolha outra com --%s", "; choose another with --%s"), port_option);
    fputc('\n', stderr);
    return EXIT_FAILURE;
}
