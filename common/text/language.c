#include "common/language.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/bytes.h"

const char *tr_in(enum language language, const char *portuguese, const char *english)
{
    return language == PORTUGUESE ? portuguese : english;
}

const char *tr(const char *portuguese, const char *english)
{
    return tr_in(language_of_user(), portuguese, english);
}

enum language language_of_user(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !(locale && *locale); i++)
        locale = getenv(names[i]);
    if (!locale)
        return PORTUGUESE;
    size_t size = strcspn(locale, "_.@"); /* the language alone, pt in pt_BR.UTF-8 */
    bool portuguese = size == 0 || bytes_are_word(locale, size, "C") ||
                      bytes_are_word(locale, size, "POSIX") || bytes_are_word(locale, size, "pt");
    return portuguese ? PORTUGUESE : ENGLISH;
}

/*
 * Accept-Language: "pt-BR,pt;q=0.9,en;q=0.5,*;q=0.1"
 */

/* The header's best entry for a language: the one with the highest quality, or the first of
 * equals. */
struct preference {
    bool named;
    int quality;  /* in thousandths */
    size_t place; /* counted from 1; 0 if not named, so that it comes before a refused language */
};

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* Reads "q=" and a number from 0 to 1 with at most three decimals. Returns thousandths, or -1. Not
 * strtod, because its decimal point depends on the locale. */
static int read_quality(const char **text)
{
    if (!bytes_are_word(*text, strnlen(*text, 2), "q="))
        return -1;
    *text += 2;
    if (**text != '0' && **text != '1')
        return -1;
    int quality = 1000 * (*(*text)++ - '0');
    int weight = 0;
    if (**text == '.') {
        weight = 100;
        ++*text;
    }
    for (; weight > 0 && **text >= '0' && **text <= '9'; weight /= 10)
        quality += weight * (*(*text)++ - '0');
    return quality <= 1000 ? quality : -1;
}

static void update(struct preference *preference, int quality, size_t place)
{
    if (!preference->named || quality > preference->quality)
        *preference = (struct preference){.named = true, .quality = quality, .place = place};
}

/* Reads the entry at the start of the text, and updates the preference that it names. */
static void read_entry(const char *text, size_t place, struct preference *portuguese,
    struct preference *english, struct preference *any)
{
    const char *range = skip_space(text);
    size_t range_size = strcspn(range, ", \t;");
    size_t language_size = strcspn(range, "-, \t;"); /* the language alone, en in en-US */

    int quality = 1000;
    const char *end = skip_space(range + range_size);
    if (*end == ';') {
        end = skip_space(end + 1);
        quality = read_quality(&end);
        end = skip_space(end);
    }
    if (quality < 0 || (*end && *end != ','))
        return;
    if (bytes_are_word(range, language_size, "pt"))
        update(portuguese, quality, place);
    else if (bytes_are_word(range, language_size, "en"))
        update(english, quality, place);
    else if (bytes_are_word(range, range_size, "*"))
        update(any, quality, place);
}

enum language language_of_header(const char *accept_language)
{
    struct preference portuguese = {0}, english = {0}, any = {0};
    const char *text = accept_language ? accept_language : "";
    for (size_t place = 1; *text; place++) {
        read_entry(text, place, &portuguese, &english, &any);
        text += strcspn(text, ",");
        text += *text == ',';
    }
    if (!portuguese.named)
        portuguese = any;
    if (!english.named)
        english = any;
    if (english.quality != portuguese.quality)
        return english.quality > portuguese.quality ? ENGLISH : PORTUGUESE;
    return english.place < portuguese.place ? ENGLISH : PORTUGUESE;
}

static const char *other_error(int error)
{
    static const char unknown[] = "Unknown system error";
    char text[sizeof(unknown)];
    uv_strerror_r(error, text, sizeof(text));
    /* For an unknown error uv_strerror allocates memory that is never freed. */
    if (strcmp(text, unknown) == 0)
        return tr("erro desconhecido", "unknown error");
    return uv_strerror(error);
}

const char *tr_error(int error)
{
    switch (error) {
    case UV_EADDRINUSE:
        return tr("a porta já está em uso", "address already in use");
    case UV_EACCES:
        return tr("permissão negada", "permission denied");
    case UV_ENOENT:
        return tr("esse arquivo não existe", "no such file or directory");
    case UV_EINVAL:
        return tr("valor inválido", "invalid argument");
    case UV_EADDRNOTAVAIL:
        return tr("este computador não tem esse endereço", "address not available");
    case UV_ECONNREFUSED:
        return tr("conexão recusada; o servidor está no ar?",
            "connection refused; is the server running?");
    case UV_ECONNRESET:
        return tr("o outro lado desfez a conexão", "connection reset by peer");
    case UV_EPIPE:
        return tr("o outro lado fechou a conexão", "broken pipe");
    case UV_ETIMEDOUT:
        return tr("o tempo acabou", "connection timed out");
    case UV_EMSGSIZE:
        return tr("linha longa demais", "line too long");
    case UV_EOF:
        return tr("a conexão terminou antes da hora", "end of file");
    case UV_EMFILE:
        return tr("arquivos abertos demais; aumente com ulimit -n",
            "too many open files; raise the limit with ulimit -n");
    case UV_ENOMEM:
        return tr("falta memória", "not enough memory");
    case UV_EAI_NONAME:
        return tr("endereço desconhecido", "unknown node or service");
    default:
        return other_error(error);
    }
}
