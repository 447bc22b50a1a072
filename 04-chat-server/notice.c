#include "04-chat-server/notice.h"

#include <stdio.h>
#include <string.h>

#include "04-chat-server/text.h"

#define NAMES_IN_NOTICE 20 /* more are counted */

const struct wording notice_arrived = {{TEXT_ALL_ARRIVED_PORTUGUESE, TEXT_ALL_ARRIVED_ENGLISH},
    {TEXT_ARRIVED_PORTUGUESE, TEXT_ARRIVED_ENGLISH}, "joined"};
const struct wording notice_departed = {{TEXT_ALL_LEFT_PORTUGUESE, TEXT_ALL_LEFT_ENGLISH},
    {TEXT_LEFT_PORTUGUESE, TEXT_LEFT_ENGLISH}, "left"};
const struct wording notice_renamed = {
    {TEXT_ALL_RENAMED_PORTUGUESE, TEXT_ALL_RENAMED_ENGLISH}, {"", ""}, "renamed"};
const struct wording notice_crowd_began = {
    .one = {"A sala está cheia: quem entra, sai ou muda de nome não é mais anunciado. /quem mostra "
            "quem está aqui.",
        "The room is crowded: arrivals, departures and new names are no longer announced. /who "
        "shows "
        "who is here."},
    .page = "crowded"};
const struct wording notice_crowd_ended = {
    .one = {"A sala não está mais cheia: quem entra, sai ou muda de nome é anunciado de novo.",
        "The room is no longer crowded: arrivals, departures and new names are announced again."},
    .page = "uncrowded"};

static void print_form(struct notice *notice, int form, const char *text)
{
    if (!notice->error)
        notice->error = buffer_append(&notice->texts[form], text, strlen(text));
}

static void print_both(struct notice *notice, const char *const texts[2])
{
    for (enum language language = PORTUGUESE; language <= ENGLISH; language++)
        print_form(notice, language, texts[language]);
}

static void print(struct notice *notice, const char *text)
{
    print_both(notice, (const char *[]){text, text});
}

void notice_open(struct notice *notice, const struct wording *wording, size_t count)
{
    *notice = (struct notice){.wording = wording, .count = count};
    print_form(notice, FORM_PAGE, wording->page);
    if (count > 1)
        print_both(notice, wording->several);
}

void notice_add(struct notice *notice, const char *before, const char *after)
{
    static const char *const is_now[2] = {TEXT_RENAMED_PORTUGUESE, TEXT_RENAMED_ENGLISH};
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? before : after;
        print_form(notice, FORM_PAGE, name ? "\t" : "");
        print_form(notice, FORM_PAGE, name ? name : "");
    }
    if (notice->added++ >= NAMES_IN_NOTICE)
        return;
    if (notice->added > 1)
        print(notice, TEXT_SEPARATOR);
    if (before)
        print(notice, before);
    if (before && after)
        print_both(notice, is_now);
    if (after)
        print(notice, after);
}

static void print_rest(struct notice *notice)
{
    if (notice->count > NAMES_IN_NOTICE) {
        char rest[2][64];
        size_t left = notice->count - NAMES_IN_NOTICE;
        snprintf(rest[PORTUGUESE], sizeof(*rest), TEXT_AND_MORE_PORTUGUESE "%zu", left);
        snprintf(rest[ENGLISH], sizeof(*rest), TEXT_AND_ENGLISH "%zu" TEXT_OTHERS_ENGLISH, left);
        print_both(notice, (const char *[]){rest[PORTUGUESE], rest[ENGLISH]});
    }
    if (notice->count <= 1)
        print_both(notice, notice->wording->one);
}

int notice_send(struct notice *notice, struct room *room, struct websocket *except)
{
    char *texts[FORMS];
    size_t sizes[FORMS];
    print_rest(notice);
    for (int form = 0; form < FORMS; form++) {
        texts[form] = notice->texts[form].data;
        sizes[form] = buffer_size(&notice->texts[form]);
    }
    int error = notice->error ? notice->error : room_send_forms(room, except, texts, sizes);
    for (int form = 0; form < FORMS; form++)
        buffer_free(&notice->texts[form]);
    return error;
}
